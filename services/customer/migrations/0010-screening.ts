// Customers are held against sanctions lists.
import { Migration } from '@mikro-orm/migrations';

const RUNTIME = 'customer_runtime';

export class Screening extends Migration {
  override up(): void {
    this.addSql(`
      -- Counts what makes another screening necessary: the mark that was screened is not the mark of today.
      alter table customer add column screening_mark bigint not null default 0;
      -- By which lists a customer was screened last: 1 + the number of versions that there were. 0: they were changed since, or never
      -- were; -1: one who stands in a relation to them was changed, or a relation.
      alter table customer add column screened_generation integer not null default 0;
      create index customer_by_screening on customer (screened_generation, id);
      grant update (screening_mark, screened_generation) on customer to ${RUNTIME};

      -- Parts of files that wait to be imported.
      create table sanctions_part (
        digest bytea primary key,
        content bytea not null,
        create_time timestamptz not null
      );

      create table sanctions_list_version (
        list text collate "C" not null check (list in ('OFAC_SDN', 'UN_CONSOLIDATED')),
        version integer not null check (version > 0),
        -- In the order of the imports of all lists, from 1.
        import_number integer not null unique,
        file_digests text[] not null,
        entry_count integer not null,
        name_count integer not null,
        added_count integer not null,
        changed_count integer not null,
        removed_count integer not null,
        author_id text collate "C" not null,
        create_time timestamptz not null,
        primary key (list, version)
      );

      -- A listed party, from one version of its list until before another, or still.
      create table sanctions_entry (
        list text collate "C" not null,
        entry_number text collate "C" not null,
        from_version integer not null,
        until_version integer,
        digest bytea not null,
        -- bank.customer.v1.SanctionsEntry.
        entry bytea not null,
        primary key (list, entry_number, from_version),
        foreign key (list, from_version) references sanctions_list_version deferrable initially deferred,
        check (until_version > from_version)
      );
      create unique index sanctions_entry_in_force on sanctions_entry (list, entry_number) where until_version is null;

      create table sanctions_hit (
        id text collate "C" primary key,
        customer_id text collate "C" not null references customer,
        screened_customer_id text collate "C" not null references customer,
        -- Empty where it is the customer's own name.
        relation_id text collate "C" not null,
        list text collate "C" not null,
        entry_number text collate "C" not null,
        matched_name text not null,
        -- Percent.
        score smallint not null check (score between 0 and 100),
        -- A keyed hash of what of the customer was screened, and the digest of the entry: with another one, it is to be decided
        -- anew. Empty once the customer was erased.
        basis bytea not null,
        state text collate "C" not null check (state in ('OPEN', 'CLEARED', 'CONFIRMED', 'LAPSED')),
        version integer not null check (version > 0),
        author_id text collate "C" not null,
        approver_id text collate "C" not null,
        -- A bank.type.v1.Sealed under the key of customer_id.
        reason bytea,
        create_time timestamptz not null,
        update_time timestamptz not null,
        unique (customer_id, relation_id, list, entry_number)
      );
      create index sanctions_hit_by_screened on sanctions_hit (screened_customer_id);
      create index sanctions_hit_by_state on sanctions_hit (state, id);

      grant select, insert, delete on sanctions_part to ${RUNTIME};
      grant select, insert on sanctions_list_version, sanctions_entry, sanctions_hit to ${RUNTIME};
      -- What a list once said stays.
      grant update (until_version) on sanctions_entry to ${RUNTIME};
      grant update (matched_name, score, basis, state, version, author_id, approver_id, reason, update_time)
        on sanctions_hit to ${RUNTIME};
    `);
  }
}
