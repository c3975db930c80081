// The statements of the bank's account with the scheme, and what of the books of both has a counterpart.
import { Migration } from '@mikro-orm/migrations';

const RUNTIME = 'integration_runtime';

export class ReconciliationOfClearing extends Migration {
  override up(): void {
    this.addSql(`
      -- The journal that booked it; null where it is in suspense, or came in before this was kept.
      alter table inbound_payment add column journal_id text collate "C";
      create index inbound_payment_of_journal on inbound_payment (journal_id) where journal_id is not null;
      grant update (journal_id) on inbound_payment to ${RUNTIME};

      create table settlement_statement (
        number integer generated always as identity primary key,
        currency text collate "C" not null,
        identification text collate "C" not null,
        content_digest text collate "C" not null,
        from_date date not null,
        to_date date not null,
        -- Minor units, as all amounts here; positive is the bank's.
        opening bigint not null,
        closing bigint not null,
        -- Null until it is held against the clearing account: our balance at the end of its last day.
        our_balance bigint,
        create_time timestamptz not null default now(),
        unique (currency, identification)
      );
      create index settlement_statement_new on settlement_statement (number) where our_balance is null;
      grant select, insert on settlement_statement to ${RUNTIME};
      grant update (our_balance) on settlement_statement to ${RUNTIME};

      -- Entries that belong together.
      create table reconciliation_match (
        number integer generated always as identity primary key,
        currency text collate "C" not null,
        -- 'reference', 'amount' or 'staff'.
        rule text collate "C" not null check (rule in ('reference', 'amount', 'staff')),
        -- Theirs less ours.
        difference bigint not null,
        reason text not null default '',
        create_time timestamptz not null default now(),
        check (difference = 0 or (rule = 'staff' and reason <> ''))
      );
      grant select, insert on reconciliation_match to ${RUNTIME};

      create table reconciliation_entry (
        number integer generated always as identity primary key,
        currency text collate "C" not null,
        side text collate "C" not null check (side in ('ours', 'theirs')),
        -- By which it is one: of ours journal and leg, of theirs statement and place.
        identity text collate "C" not null,
        amount bigint not null,
        booking_date date not null,
        reference text collate "C" not null,
        -- Identifications of payments that both sides know.
        payment_references text[] not null,
        match_number integer references reconciliation_match,
        assignee text collate "C" not null default '',
        create_time timestamptz not null default now(),
        unique (side, identity)
      );
      create index reconciliation_entry_open on reconciliation_entry (currency, number) where match_number is null;
      grant select, insert on reconciliation_entry to ${RUNTIME};
      grant update (match_number, assignee) on reconciliation_entry to ${RUNTIME};
    `);
  }
}
