// Payments to other banks, and money that came in from them and is on the account of no customer yet.
import { Migration } from '@mikro-orm/migrations';

const RUNTIME = 'transaction_runtime';

export class Payments extends Migration {
  override up(): void {
    this.addSql(`
      alter table transaction
        drop constraint transaction_type_check,
        add constraint transaction_type_check check (
          type in (
            'cash_deposit', 'cash_withdrawal', 'transfer', 'outgoing_transfer', 'incoming_transfer', 'reversal', 'migration'
          )
        );
    `);
    this.addSql(payments());
    this.addSql(suspense());
  }
}

function payments(): string {
  return `
    -- What is booked of it is the transaction of the same number: pmo_1 is booked by txn_1.
    create table payment_order (
      id text collate "C" primary key,
      debtor_account_id text collate "C" not null,
      -- The party whose key seals what is personal.
      party_id text collate "C" not null,
      currency text collate "C" not null,
      -- Minor units, as all amounts here.
      amount bigint not null check (amount > 0),
      fees bigint[] not null,
      end_to_end_identification text collate "C" not null,
      scheme text collate "C" not null,
      execution_date date not null,
      -- Whether its transaction is ordered: until then it can be cancelled.
      executed boolean not null,
      -- Who ordered it, and the review that it goes to first when it is executed later.
      actor jsonb not null,
      review jsonb,
      -- Sealed: who is paid, from which number, and what they are told.
      particulars bytea not null,
      -- 'created' for everything up to the scheme, of which its transaction says more.
      state text collate "C" not null default 'created'
        check (state in ('created', 'sent', 'settled', 'returned', 'failed', 'cancelled')),
      -- Whether integration has it.
      handed_over boolean not null default false,
      -- What the scheme has said, while its money is put back.
      report_state text collate "C" check (report_state in ('failed', 'returned')),
      report_reason text collate "C" not null default '',
      report_amount bigint check (report_amount > 0),
      create_time timestamptz not null
    );
    create index payment_order_of_debtor on payment_order (debtor_account_id, id);
    create index payment_order_due on payment_order (execution_date, id) where state = 'created' and not executed;
    create index payment_order_accepted on payment_order (id) where state = 'created' and executed and not handed_over;
    create index payment_order_reported on payment_order (id) where report_state is not null;

    -- What the scheme said of it, and that it was cancelled; the rest of its life is its transaction's.
    create table payment_order_change (
      payment_order_id text collate "C" not null,
      no integer not null check (no > 0),
      state text collate "C" not null,
      change_time timestamptz not null,
      reason text collate "C" not null,
      iso_reason text collate "C" not null,
      primary key (payment_order_id, no)
    );

    -- Nothing is ever deleted, and of a payment nothing changes but where it is in its life.
    grant select, insert on payment_order, payment_order_change to ${RUNTIME};
    grant update (executed, state, handed_over, report_state, report_reason, report_amount) on payment_order to ${RUNTIME};
  `;
}

function suspense(): string {
  return `
    create table suspense_item (
      id text collate "C" primary key,
      -- The journal that brings it into suspense.
      journal_id text collate "C" not null unique,
      currency text collate "C" not null,
      amount bigint not null check (amount > 0),
      reason text collate "C" not null check (reason in ('no_account', 'account_takes_none')),
      -- 'pending' while it is on its way: into suspense, to an account, or back.
      state text collate "C" not null check (state in ('pending', 'open', 'allocated', 'returned')),
      end_to_end_identification text collate "C" not null,
      -- By which integration knows it: null for a payment of this bank that came back.
      external_reference text collate "C" unique,
      payment_order_id text collate "C" unique references payment_order,
      -- Sealed under the item's own id: who paid it, for whom, and what they said.
      particulars bytea,
      booking_date date,
      account_id text collate "C",
      transaction_id text collate "C",
      -- Why it is sent back, and whether integration has it.
      iso_reason text collate "C" not null default '',
      return_date date,
      handed_over boolean not null default false,
      create_time timestamptz not null,
      check ((external_reference is null) = (payment_order_id is not null))
    );
    create index suspense_item_by_state on suspense_item (state, id);
    create index suspense_item_to_return on suspense_item (id) where state = 'returned' and not handed_over;

    grant select, insert on suspense_item to ${RUNTIME};
    grant update (state, booking_date, account_id, transaction_id, iso_reason, return_date, handed_over) on suspense_item
      to ${RUNTIME};
  `;
}
