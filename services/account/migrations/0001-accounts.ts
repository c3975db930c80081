// The tables of the account service, and the products that a new bank begins with.
import { Migration } from '@mikro-orm/migrations';
import { chassisTables } from '#chassis/chassis-tables.ts';
import { seedProducts } from './0001-products.ts';

const RUNTIME = 'account_runtime';

export class Accounts extends Migration {
  override up(): void {
    this.addSql(chassisTables(RUNTIME));
    this.addSql(tables());
    this.addSql(rights());
    this.addSql(catalogue());
  }
}

function tables(): string {
  return `
    -- A version of a product is never changed: accounts keep the one that they were opened with.
    create table product (
      id text collate "C" not null,
      version integer not null check (version > 0),
      type text not null check (type in ('current', 'savings')),
      currency text collate "C" not null,
      display_name text not null,
      -- The proto3 JSON of bank.account.v1.ProductTerms.
      terms jsonb not null,
      create_time timestamptz not null default now(),
      primary key (id, version)
    );

    -- The bank's own part of its account numbers. The number itself is personal: it is kept sealed and as a keyed hash.
    create sequence account_serial;

    create table account (
      id text collate "C" primary key,
      type text not null check (type in ('individual', 'joint', 'business')),
      state text not null check (state in ('pending', 'migrating', 'active', 'closed')),
      product_id text collate "C" not null,
      product_version integer not null,
      currency text collate "C" not null,
      -- The first owner, under whose key what is personal here is sealed.
      party_id text collate "C" not null,
      iban_hash bytea not null unique,
      -- A bank.type.v1.Sealed; in it, a bank.account.v1.Account with iban and display_name.
      details bytea not null,
      freeze_debits boolean not null default false,
      freeze_credits boolean not null default false,
      freeze_reason text,
      -- Minor units.
      overdraft_limit bigint not null default 0 check (overdraft_limit >= 0),
      branch_id text collate "C" not null,
      statement_frequency text not null check (statement_frequency in ('monthly', 'weekly', 'per_transaction')),
      open_date date not null,
      close_date date,
      -- The etag, and the aggregate sequence of the events: 0 while it is being opened, then from 1.
      version integer not null default 0 check (version >= 0),
      -- Counts the changes that were planned, refused ones too: the ledger knows each by it.
      change_no integer not null default 1 check (change_no > 0),
      -- The change that is planned and not settled yet: no other may begin.
      pending_change text,
      create_time timestamptz not null,
      update_time timestamptz not null,
      foreign key (product_id, product_version) references product (id, version),
      check ((freeze_debits or freeze_credits) = (freeze_reason is not null)),
      check ((state = 'closed') = (close_date is not null)),
      check (state <> 'pending' or pending_change is not null)
    ) with (fillfactor = 80);
    create index account_by_branch on account (branch_id, id);

    create table holder (
      account_id text collate "C" not null references account,
      customer_id text collate "C" not null,
      role text not null check (role in ('owner', 'disponent')),
      -- The place in the list of holders, from 0.
      position smallint not null check (position >= 0),
      primary key (account_id, customer_id),
      unique (account_id, position)
    );
    create index holder_by_customer on holder (customer_id, account_id);
  `;
}

function rights(): string {
  return `
    grant select, insert on product, account, holder to ${RUNTIME};
    grant update (state, details, freeze_debits, freeze_credits, freeze_reason, overdraft_limit, statement_frequency,
      close_date, version, change_no, pending_change, update_time) on account to ${RUNTIME};
    grant usage on sequence account_serial to ${RUNTIME};
  `;
}

function catalogue(): string {
  const rows = seedProducts().map(({ id, type, currency, displayName, terms }) =>
    [id, type, currency, displayName, JSON.stringify(terms)].map((value) => `'${value.replaceAll("'", "''")}'`),
  );
  return `
    insert into product (id, version, type, currency, display_name, terms) values
    ${rows.map(([id, ...rest]) => `(${id}, 1, ${rest.join(', ')})`).join(',\n    ')};
  `;
}
