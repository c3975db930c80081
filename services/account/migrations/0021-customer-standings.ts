// What customers may do, as the customer service has told it.
import { Migration } from '@mikro-orm/migrations';

const RUNTIME = 'account_runtime';

export class CustomerStandings extends Migration {
  override up(): void {
    this.addSql(`
      -- Who has no row may do everything: nothing was told of them.
      create table customer_standing (
        customer_id text collate "C" primary key,
        restricted boolean not null,
        version integer not null
      );
      grant select, insert, update on customer_standing to ${RUNTIME};
    `);
  }
}
