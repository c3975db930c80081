// How holders of accounts change, and what becomes of the accounts of those who have died.
import { Migration } from '@mikro-orm/migrations';

const RUNTIME = 'account_runtime';

export class Ownership extends Migration {
  override up(): void {
    this.addSql(`
      create table holder_change (
        account_id text collate "C" not null references account,
        -- The version of the account that it made.
        version integer not null check (version > 0),
        -- [{customerId, role}], in their order.
        before jsonb not null,
        after jsonb not null,
        business_date date not null,
        author_id text collate "C" not null,
        approver_id text collate "C" not null,
        create_time timestamptz not null,
        primary key (account_id, version)
      );
      grant select, insert on holder_change to ${RUNTIME};
      grant delete on holder to ${RUNTIME};
      grant update (type, party_id) on account to ${RUNTIME};

      -- Of whom the customer service has told that they have died.
      create table estate (
        customer_id text collate "C" primary key,
        death_date date not null,
        evidence_reference text not null,
        -- Counts estates, so that they are listed in the order in which they were told of.
        no bigint generated always as identity unique,
        create_time timestamptz not null default now()
      );

      -- What they owned when it was told. What others own too is not frozen.
      create table estate_account (
        customer_id text collate "C" not null references estate,
        account_id text collate "C" not null references account,
        state text not null check (state in ('freezing', 'frozen', 'joint', 'not_frozen')),
        reason text collate "C" not null default '',
        primary key (customer_id, account_id)
      );
      create index estate_account_due on estate_account (account_id) where state = 'freezing';
      grant select, insert on estate, estate_account to ${RUNTIME};
      grant update (state, reason) on estate_account to ${RUNTIME};
    `);
  }
}
