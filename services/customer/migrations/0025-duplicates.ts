// Customers of whom somebody has said that they are not one and the same.
import { Migration } from '@mikro-orm/migrations';

const RUNTIME = 'customer_runtime';

export class Duplicates extends Migration {
  override up(): void {
    this.addSql(`
      create table dismissed_duplicate (
        customer_id text collate "C" not null references customer,
        other_customer_id text collate "C" not null references customer,
        author_id text collate "C" not null,
        create_time timestamptz not null default clock_timestamp(),
        primary key (customer_id, other_customer_id),
        -- Each pair once, whoever was named first.
        check (customer_id < other_customer_id)
      );
      grant select, insert on dismissed_duplicate to ${RUNTIME};
    `);
  }
}
