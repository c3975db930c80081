// The tables of the transaction service.
import { Migration } from '@mikro-orm/migrations';
import { chassisTables } from '#chassis/chassis-tables.ts';

const RUNTIME = 'transaction_runtime';

export class Transactions extends Migration {
  override up(): void {
    this.addSql(chassisTables(RUNTIME));
    this.addSql(tables());
    this.addSql(rights());
  }
}

function tables(): string {
  return `
    create table transaction (
      id text collate "C" primary key,
      type text collate "C" not null
        check (type in ('cash_deposit', 'cash_withdrawal', 'transfer', 'reversal', 'migration')),
      state text collate "C" not null
        check (state in ('pending', 'posted', 'refused', 'partially_reversed', 'reversed')),
      debtor_account_id text collate "C",
      creditor_account_id text collate "C",
      -- The party whose key seals what is personal.
      party_id text collate "C" not null,
      currency text collate "C" not null,
      -- Minor units, as all amounts here.
      amount bigint not null check (amount > 0),
      fees bigint[] not null check (0 < all(fees)),
      -- Sealed: what the payer tells the payee, and who was on the other side.
      particulars bytea,
      booking_date date,
      value_date date,
      reversed_id text collate "C" references transaction,
      reversed_amount bigint not null default 0 check (reversed_amount between 0 and amount),
      external_reference text collate "C",
      -- Counts its changes after its beginning, from 1: the number of its last event.
      revision integer not null default 0,
      create_time timestamptz not null,
      check ((type = 'reversal') = (reversed_id is not null)),
      check ((type = 'migration') = (external_reference is not null)),
      check (debtor_account_id is not null or creditor_account_id is not null),
      check (debtor_account_id <> creditor_account_id),
      check ((state in ('pending', 'refused')) = (booking_date is null)),
      check ((booking_date is null) = (value_date is null)),
      check ((state in ('partially_reversed', 'reversed')) = (reversed_amount > 0)),
      check ((state = 'reversed') = (reversed_amount = amount))
    ) with (fillfactor = 85);

    -- Ids sort by time, so that each of these lists newest first. Booking dates run with them, and need but a coarse index.
    create index transaction_of_debtor on transaction (debtor_account_id, id) where debtor_account_id is not null;
    create index transaction_of_creditor on transaction (creditor_account_id, id) where creditor_account_id is not null;
    create index transaction_by_amount on transaction (currency, amount, id);
    create index transaction_by_booking_date on transaction using brin (booking_date);
    create index transaction_unusual on transaction (state, id) where state <> 'posted';
    create index transaction_reversals on transaction (reversed_id) where reversed_id is not null;

    -- The life of a transaction after its beginning. Written in the commit that changes the transaction; a foreign key
    -- would look every one of them up once more.
    create table state_change (
      transaction_id text collate "C" not null,
      no integer not null check (no > 0),
      state text collate "C" not null,
      change_time timestamptz not null,
      reason text collate "C" not null default '',
      primary key (transaction_id, no)
    );
  `;
}

/** Nothing is ever deleted, and of an order nothing changes but where it is in its life. */
function rights(): string {
  return `
    grant select, insert on transaction, state_change to ${RUNTIME};
    grant update (state, booking_date, value_date, reversed_amount, revision) on transaction to ${RUNTIME};
  `;
}
