// Who was told of a migration of a product is told that it was called off. Of those that were before, nobody is told any more.
import { Migration } from '@mikro-orm/migrations';

const RUNTIME = 'account_runtime';

export class MigrationsCalledOff extends Migration {
  override up(): void {
    this.addSql(`
      alter table product_migration
        -- The last account that was told so, in the order of ids; and whether all were that it was announced to.
        add column withdrawn_after text collate "C" not null default '',
        add column withdrawn boolean not null default false;
      update product_migration set withdrawn = true where cancelled;
      grant update (withdrawn_after, withdrawn) on product_migration to ${RUNTIME};
    `);
  }
}
