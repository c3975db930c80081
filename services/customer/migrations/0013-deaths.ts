// Customers who have died, and what proves it.
import { Migration } from '@mikro-orm/migrations';

const RUNTIME = 'customer_runtime';

export class Deaths extends Migration {
  override up(): void {
    this.addSql(`
      create table death (
        customer_id text collate "C" primary key references customer,
        death_date date not null,
        evidence_reference text not null,
        -- Who reported it: staff.
        author_id text collate "C" not null,
        create_time timestamptz not null default now()
      );
      grant select, insert on death to ${RUNTIME};
    `);
  }
}
