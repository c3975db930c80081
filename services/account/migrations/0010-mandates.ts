// Who has to sign for what on accounts, and who may act for whom.
import { Migration } from '@mikro-orm/migrations';

const RUNTIME = 'account_runtime';

export class Mandates extends Migration {
  override up(): void {
    this.addSql(`
      -- A version is never changed: of those whose first day has come, the newest is in force.
      create table mandate (
        account_id text collate "C" not null references account,
        version integer not null check (version > 0),
        state text not null check (state in ('given', 'revoked')),
        -- [{action, over, requirements: [{count, customerIds, class}]}]; over in minor units, as text.
        rules jsonb not null,
        valid_from date not null,
        valid_until date check (valid_until > valid_from),
        author_id text collate "C" not null,
        approver_id text collate "C" not null,
        create_time timestamptz not null,
        primary key (account_id, version),
        check ((state = 'revoked') = (rules = '[]'))
      );

      create table signatory (
        account_id text collate "C" not null,
        version integer not null,
        customer_id text collate "C" not null,
        role text not null check (role in ('signer', 'preparer')),
        class text check (class in ('a', 'b')),
        valid_from date,
        valid_until date,
        -- The place in the list of signatories, from 0.
        position smallint not null check (position >= 0),
        primary key (account_id, version, customer_id),
        foreign key (account_id, version) references mandate
      );
      create index signatory_by_customer on signatory (customer_id, account_id, version);

      -- The relations of customers that give rights, as the customer service has told of them.
      create table representation (
        relation_id text collate "C" primary key,
        kind text not null check (kind in ('guardian', 'power_of_attorney')),
        customer_id text collate "C" not null,
        representative_id text collate "C" not null,
        valid_from date not null,
        valid_until date,
        version integer not null
      );
      create index representation_of_customer on representation (customer_id);
      create index representation_by_representative on representation (representative_id);

      grant select, insert on mandate, signatory, representation to ${RUNTIME};
      grant update (valid_until, version) on representation to ${RUNTIME};
    `);
  }
}
