// Until when the interest of accounts was computed by a version of their product that they have left.
import { Migration } from '@mikro-orm/migrations';

const RUNTIME = 'account_runtime';

export class InterestVersions extends Migration {
  override up(): void {
    this.addSql(`
      create table interest_version (
        account_id text collate "C" not null,
        -- The last night of the version.
        until_date date not null,
        product_version integer not null,
        primary key (account_id, until_date)
      );
      grant select, insert on interest_version to ${RUNTIME};
    `);
  }
}
