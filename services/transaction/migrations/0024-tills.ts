// The tills of tellers, and their journals.
import { Migration } from '@mikro-orm/migrations';

const RUNTIME = 'transaction_runtime';

export class Tills extends Migration {
  override up(): void {
    this.addSql(`
      create table till (
        id text collate "C" primary key,
        branch_id text collate "C" not null,
        drawer_number integer not null check (drawer_number > 0),
        teller_id text collate "C" not null,
        currency text collate "C" not null,
        state text collate "C" not null check (state in ('opening', 'open', 'closing', 'closed', 'refused')),
        -- Minor units, as all amounts here.
        float bigint not null check (float >= 0),
        counted bigint check (counted >= 0),
        counts jsonb,
        difference bigint,
        difference_reason text collate "C",
        open_date date,
        close_date date,
        create_time timestamptz not null
      );
      create unique index till_of_drawer on till (branch_id, drawer_number, currency)
        where state in ('opening', 'open', 'closing');
      create unique index till_of_teller on till (teller_id, currency) where state in ('opening', 'open', 'closing');
      create index till_of_branch on till (branch_id, id);
      create index till_kept on till (branch_id, currency);
      create index till_closed on till (close_date);

      create table till_entry (
        till_id text collate "C" not null references till,
        no integer not null check (no > 0),
        kind text collate "C" not null
          check (kind in ('float', 'from_vault', 'to_vault', 'deposit', 'withdrawal', 'reversal', 'difference', 'cheque')),
        state text collate "C" not null check (state in ('pending', 'booked', 'refused')),
        -- What came into the till; negative for what went out of it.
        amount bigint not null check (amount <> 0),
        journal_id text collate "C" not null,
        transaction_id text collate "C",
        booking_date date,
        create_time timestamptz not null,
        primary key (till_id, no)
      );
      create index till_entry_of_journal on till_entry (journal_id);
      create index till_entry_of_transaction on till_entry (transaction_id) where transaction_id is not null;

      -- Nothing is ever deleted; of a till nothing changes but where it is in its life and what was counted.
      grant select, insert on till, till_entry to ${RUNTIME};
      grant update (state, counted, counts, difference, difference_reason, open_date, close_date) on till to ${RUNTIME};
      grant update (state, booking_date) on till_entry to ${RUNTIME};
    `);
  }
}
