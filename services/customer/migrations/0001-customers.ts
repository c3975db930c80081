// The tables of the customer service.
import { Migration } from '@mikro-orm/migrations';
import { chassisTables } from '#chassis/chassis-tables.ts';

const RUNTIME = 'customer_runtime';

export class Customers extends Migration {
  override up(): void {
    this.addSql(chassisTables(RUNTIME));
    this.addSql(tables());
    this.addSql(rights());
  }
}

function tables(): string {
  return `
    create table customer (
      id text collate "C" primary key,
      kind text not null check (kind in ('person', 'organisation')),
      state text not null check (state in ('active', 'deactivated')),
      branch_id text collate "C" not null,
      -- A bank.type.v1.Sealed under the customer's own key; in it, a bank.customer.v1.Customer with the particulars.
      profile bytea not null,
      -- From 1: the etag, and the aggregate sequence of the events.
      version integer not null check (version > 0),
      create_time timestamptz not null,
      update_time timestamptz not null
    );
    create index customer_by_branch on customer (branch_id, id);

    -- Keyed hashes of what a customer is found by. References are checked at the commit: rows come in any order.
    create table customer_search (
      purpose text not null check (purpose in ('name', 'contact', 'identifier')),
      hash bytea not null,
      customer_id text collate "C" not null references customer deferrable initially deferred,
      primary key (purpose, hash, customer_id)
    );
    create index customer_search_of_customer on customer_search (customer_id);

    -- The identifiers of active customers: keyed hashes of kind, country and number, each held once.
    create table held_identifier (
      hash bytea primary key,
      customer_id text collate "C" not null references customer deferrable initially deferred
    );
    create index held_identifier_of_customer on held_identifier (customer_id);
  `;
}

function rights(): string {
  return `
    grant select, insert on customer to ${RUNTIME};
    grant update (state, branch_id, profile, version, update_time) on customer to ${RUNTIME};
    grant select, insert, delete on customer_search, held_identifier to ${RUNTIME};
  `;
}
