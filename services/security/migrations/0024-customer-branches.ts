// Which branch looks after a customer, as the customer service's events tell: staff of a branch issue codes to its customers.
import { Migration } from '@mikro-orm/migrations';

const RUNTIME = 'security_runtime';

export class CustomerBranches extends Migration {
  override up(): void {
    this.addSql(`
      create table customer_branch (
        customer_id text collate "C" primary key,
        -- Empty: none does.
        branch_id text collate "C" not null,
        -- The version of the customer's record that said so.
        version integer not null check (version > 0)
      );

      grant select, insert, update on customer_branch to ${RUNTIME};
    `);
  }
}
