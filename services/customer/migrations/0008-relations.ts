// How customers stand to each other.
import { Migration } from '@mikro-orm/migrations';

const RUNTIME = 'customer_runtime';

export class Relations extends Migration {
  override up(): void {
    this.addSql(`
      create table relation (
        id text collate "C" primary key,
        kind text not null check (kind in ('guardian', 'power_of_attorney', 'beneficial_owner', 'employer')),
        customer_id text collate "C" not null references customer,
        related_customer_id text collate "C" not null references customer,
        -- Of a beneficial owner: percent.
        share numeric(5, 2) check (share > 0 and share <= 100),
        valid_from date not null,
        -- The first day on which it no longer is.
        valid_until date,
        version integer not null check (version > 0),
        author_id text collate "C" not null,
        approver_id text collate "C" not null,
        -- Each a bank.type.v1.Sealed under the key of customer_id.
        remark bytea,
        end_remark bytea,
        end_author_id text collate "C" not null,
        create_time timestamptz not null,
        end_time timestamptz,
        check (customer_id <> related_customer_id),
        check ((share is not null) = (kind = 'beneficial_owner')),
        -- What is ended before its first day was never valid.
        check (valid_until >= valid_from)
      );
      create index relation_of_customer on relation (customer_id, id);
      create index relation_of_related_customer on relation (related_customer_id, id);
      grant select, insert on relation to ${RUNTIME};
      -- Between whom it is, and since when, stays as it was written.
      grant update (valid_until, version, end_remark, end_author_id, end_time) on relation to ${RUNTIME};
    `);
  }
}
