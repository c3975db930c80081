// Accounts that move to another version of their product, as it was announced.
import { Migration } from '@mikro-orm/migrations';

const RUNTIME = 'account_runtime';

export class ProductMigrations extends Migration {
  override up(): void {
    this.addSql(`
      create table product_migration (
        no bigint generated always as identity primary key,
        product_id text collate "C" not null,
        to_version integer not null,
        effective_date date not null,
        cancelled boolean not null default false,
        -- The last account that it was announced to, in the order of ids; and whether it was to all.
        announced_after text collate "C" not null default '',
        announced boolean not null default false,
        announced_count integer not null default 0,
        moved_count integer not null default 0,
        author_id text collate "C" not null,
        approver_id text collate "C" not null,
        create_time timestamptz not null default clock_timestamp(),
        foreign key (product_id, to_version) references product (id, version)
      );
      -- One version of a product is moved to once.
      create unique index product_migration_of_version on product_migration (product_id, to_version) where not cancelled;
      create index account_of_product on account (product_id, id);
      grant select, insert on product_migration to ${RUNTIME};
      grant update (cancelled, announced_after, announced, announced_count, moved_count) on product_migration to ${RUNTIME};
      grant update (product_version) on account to ${RUNTIME};
    `);
  }
}
