// Payments of days to come: their terms, their life, and what became of each of their days.
import { Migration } from '@mikro-orm/migrations';

const RUNTIME = 'transaction_runtime';

export class ScheduledPayments extends Migration {
  override up(): void {
    this.addSql(`
      create table scheduled_payment (
        id text collate "C" primary key,
        state text collate "C" not null
          check (state in ('active', 'paused', 'completed', 'failed', 'cancelled', 'imported')),
        debtor_account_id text collate "C" not null,
        creditor_account_id text collate "C",
        -- The party whose key seals what is personal about it.
        party_id text collate "C" not null,
        currency text collate "C" not null,
        -- How much each time; of a sweep, what stays on the account.
        amount bigint not null,
        sweeps boolean not null,
        start_date date,
        recurrence_rule text not null,
        business_day_convention text collate "C" not null
          check (business_day_convention in ('UNADJUSTED', 'FOLLOWING', 'PRECEDING', 'MODIFIED_FOLLOWING')),
        calendar_code text collate "C" not null,
        end_date date,
        maximum_count integer not null check (maximum_count >= 0),
        maximum_total bigint check (maximum_total > 0),
        retry_days integer not null check (retry_days >= 0),
        particulars bytea,
        -- Who scheduled or changed it last, as whom it is paid: a bank.type.v1.Actor; and whether they had to prove it, and did.
        actor jsonb not null,
        proved boolean not null,
        -- The day that is next, the business day on which it is paid or tried again, and which try that is.
        due_date date,
        run_date date,
        attempt integer not null default 0,
        -- Its transaction is ordered, and it is not known yet what the ledger says.
        under_way boolean not null default false,
        paid_count integer not null default 0,
        paid_total bigint not null default 0,
        -- Of its terms; and of whatever changes of it, so that every try has a key of its own.
        version integer not null default 1,
        revision integer not null default 1,
        event_count integer not null default 0,
        external_reference text collate "C" unique,
        create_time timestamptz not null,
        check (amount > 0 or sweeps and amount = 0),
        check ((due_date is null) = (run_date is null)),
        check (due_date is null or state = 'active'),
        check (state <> 'active' or due_date is not null),
        check ((state = 'imported') = (creditor_account_id is null)),
        check ((state = 'imported') = (external_reference is not null)),
        check (start_date is not null or state = 'imported'),
        check (not under_way or state = 'active')
      );
      create index scheduled_payment_due on scheduled_payment (run_date, id) where state = 'active' and not under_way;
      create index scheduled_payment_of_account on scheduled_payment (debtor_account_id, id);

      create table scheduled_payment_change (
        scheduled_payment_id text collate "C" not null references scheduled_payment,
        no integer not null,
        state text collate "C" not null,
        version integer not null,
        reason text collate "C" not null,
        actor_id text collate "C" not null,
        -- What it was to be from then on, but for what is personal.
        terms jsonb not null,
        change_time timestamptz not null,
        primary key (scheduled_payment_id, no)
      );

      create table scheduled_payment_run (
        scheduled_payment_id text collate "C" not null references scheduled_payment,
        due_date date not null,
        attempt integer not null,
        run_date date not null,
        outcome text collate "C" not null check (outcome in ('ordered', 'refused', 'skipped')),
        reason text collate "C" not null,
        amount bigint,
        transaction_id text collate "C" references transaction,
        create_time timestamptz not null,
        primary key (scheduled_payment_id, due_date, attempt),
        check (outcome <> 'ordered' or transaction_id is not null)
      );
      -- What is due on a day is ordered once.
      create unique index scheduled_payment_paid_once on scheduled_payment_run (scheduled_payment_id, due_date)
        where outcome = 'ordered';
      create index scheduled_payment_run_of_day on scheduled_payment_run (run_date);

      -- Who pays what is due now, of the processes of this service.
      create table scheduled_payment_lease (
        name text collate "C" primary key,
        holder text,
        lease_until timestamptz
      );

      grant select, insert, update on scheduled_payment to ${RUNTIME};
      grant select, insert on scheduled_payment_change, scheduled_payment_run to ${RUNTIME};
      grant update (outcome, reason) on scheduled_payment_run to ${RUNTIME};
      grant select, insert, update on scheduled_payment_lease to ${RUNTIME};
    `);
  }
}
