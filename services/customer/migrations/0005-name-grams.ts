// Customers are found by parts of their names: keyed hashes of what stands in them three letters at a time.
import { Migration } from '@mikro-orm/migrations';

const RUNTIME = 'customer_runtime';

export class NameGrams extends Migration {
  override up(): void {
    this.addSql(`
      alter table customer_search drop constraint customer_search_purpose_check;
      alter table customer_search add constraint customer_search_purpose_check
        check (purpose in ('name', 'contact', 'identifier', 'name_gram'));
      -- Those from before have none: what they are found by is made anew from their profiles.
      alter table customer add column search_version integer not null default 0;
      create index customer_outdated on customer (id) where search_version < 1;
      grant update (search_version) on customer to ${RUNTIME};
    `);
  }
}
