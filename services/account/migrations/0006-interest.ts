// What interest every account has earned, from what, and what of it was posted; and the work of the ends of the days.
import { Migration } from '@mikro-orm/migrations';

const RUNTIME = 'account_runtime';

export class Interest extends Migration {
  override up(): void {
    this.addSql(`
      -- Division rounded once, half even, to ten places: as services/_rules/decimal.ts has it. Divisors are positive.
      create function divide_half_even(n numeric, d numeric) returns numeric language sql immutable as $$
        select sign(n) * 0.0000000001 * (div(abs(n) * 10000000000, d) + case
          when 2 * mod(abs(n) * 10000000000, d) > d then 1
          when 2 * mod(abs(n) * 10000000000, d) = d then mod(div(abs(n) * 10000000000, d), 2)
          else 0 end)
      $$;

      -- Amounts are in units of the currency. A row is written once a day: by that it is known which nights are accrued.
      create table interest_account (
        account_id text collate "C" primary key references account,
        product_id text collate "C" not null,
        product_version integer not null,
        currency text collate "C" not null,
        -- The first day that earned, and the last one that is accrued.
        start_date date not null,
        accrued_through date not null,
        balance numeric(38, 10),
        -- Of the posting period so far: see domain/interest.ts.
        balance_sum numeric(38, 10) not null default 0,
        nights integer not null default 0,
        weight integer not null default 0,
        compounded numeric(38, 10) not null default 0,
        period_earned numeric(38, 10) not null default 0,
        -- All that it ever earned, and what of it was posted.
        earned numeric(38, 10) not null default 0,
        posted numeric(38, 10) not null default 0,
        -- The end of the last period that was posted.
        posted_through date,
        foreign key (product_id, product_version) references product (id, version)
      ) with (fillfactor = 45, autovacuum_vacuum_scale_factor = 0.05);

      -- The balance by value date that stood from a day on, as it was known at the end of it.
      create table interest_standing (
        account_id text collate "C" not null references interest_account,
        from_date date not null,
        balance numeric(38, 10) not null,
        primary key (account_id, from_date)
      );

      -- What was booked on a day and counts from an earlier one on, and what that added to the interest.
      create table interest_correction (
        no bigint generated always as identity,
        account_id text collate "C" not null references interest_account,
        date date not null,
        value_date date not null check (value_date < date),
        amount numeric(38, 10) not null,
        interest numeric(38, 10) not null,
        primary key (account_id, date, value_date)
      );

      create table interest_posting (
        journal_id text collate "C" primary key,
        account_id text collate "C" not null references interest_account,
        date date not null,
        currency text collate "C" not null,
        outstanding numeric(38, 10) not null,
        gross numeric(38, 10) not null check (gross > 0),
        tax numeric(38, 10) not null check (tax between 0 and gross),
        -- Booked on the day that closes; one that is tried again later, on the open day.
        end_of_day boolean not null,
        state text not null check (state in ('planned', 'posted', 'refused')),
        reason text,
        check ((state = 'refused') = (reason is not null))
      );
      create index interest_posting_of_account on interest_posting (account_id, date);
      create index interest_posting_planned on interest_posting (journal_id) where state = 'planned';

      -- What is owed to customers of interest, as it stands in the general ledger: by day, all that was earned so far.
      create table interest_booking (
        date date not null,
        currency text collate "C" not null,
        earned numeric(38, 10) not null,
        amount numeric(38, 10) not null,
        state text not null check (state in ('planned', 'posted')),
        primary key (currency, date)
      );

      -- The steps of the ends of the days that this service takes: who is at work on one, and how far it is.
      create table day_work (
        date date not null,
        step text collate "C" not null,
        holder text,
        lease_until timestamptz,
        cursor text collate "C" not null default '',
        done_count integer not null default 0,
        done boolean not null default false,
        primary key (date, step)
      );

      -- Accounts that a step could not do, and why.
      create table set_aside (
        step text collate "C" not null,
        account_id text collate "C" not null references account,
        date date not null,
        reason text not null,
        -- Somebody wants it to be tried again.
        retry boolean not null default false,
        primary key (step, account_id)
      );

      grant select, insert, update on interest_account, interest_booking, day_work to ${RUNTIME};
      grant select, insert on interest_standing, interest_correction, interest_posting to ${RUNTIME};
      grant update (state, reason) on interest_posting to ${RUNTIME};
      grant select, insert, update, delete on set_aside to ${RUNTIME};
    `);
  }
}
