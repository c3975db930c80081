// Entries in partitions, one a booking month, so that what is worked on stays small however old the bank gets.
import { Migration } from '@mikro-orm/migrations';
import { entryLaws } from './0009-laws-of-entries.ts';

const RUNTIME = 'ledger_runtime';

/**
 * Rows that never change are frozen when they are first vacuumed, by what was inserted: so a month that is over is never
 * written again, and no vacuum has to read all of it to hold off the wraparound of transaction numbers.
 */
const APPEND_ONLY = 'autovacuum_freeze_min_age = 0, autovacuum_vacuum_insert_scale_factor = 0.05';

export class EntriesByMonth extends Migration {
  override up(): void {
    this.addSql(history());
    this.addSql(byMonth());
    this.addSql(months());
    this.addSql(entryLaws());
    this.addSql(knownAt());
    this.addSql(rights());
    // Of a bank that is open, all that is booked up to the end of this month is history: nothing is copied.
    this.addSql(`select make_entry_months(max(date)) from business_day having max(date) is not null`);
  }
}

/** The entries of the release before stay where they are. Their unique keys get the date that a partition's must have. */
function history(): string {
  return `
    drop trigger post_entries on entry;
    drop trigger post_general_ledger on entry;
    revoke all on entry from ${RUNTIME};
    alter table entry rename to entry_history;
    drop index entry_of_journal, entry_by_date;
    alter index entry_valued_apart rename to entry_history_valued_apart;
    alter table entry_history drop constraint entry_pkey;
    alter table entry_history add primary key (account_no, version, booking_date);
    create unique index entry_history_of_journal on entry_history (journal_no, leg, booking_date);
    alter table entry_history set (${APPEND_ONLY});
  `;
}

/**
 * Which read needs which index: the primary key, the entries of an account (by date it is the partitions that narrow them
 * down); `entry_of_journal`, journals with their legs, reversals and the laws; `entry_valued_apart`, balances by value date.
 */
function byMonth(): string {
  return `
    create table entry (like entry_history including defaults including constraints) partition by range (booking_date);
    alter table entry add primary key (account_no, version, booking_date);
    create unique index entry_of_journal on entry (journal_no, leg, booking_date);
    create index entry_valued_apart on entry (account_no, value_date) where value_date <> booking_date;

    create trigger post_entries after insert on entry referencing new table as posted
      for each statement execute function post_entries();
    create trigger post_general_ledger after insert on entry referencing new table as posted
      for each statement execute function post_general_ledger();
  `;
}

/**
 * With the bank's first day, all before its month is history, in one partition; its month gets the next. Each day that is
 * opened makes sure of the month after it, so that no day can be reached whose entries have no place. A partition is made
 * beside the table and attached: to make it in place would wait for every reader, and stop those that come.
 */
function months(): string {
  return `
    -- The partitions of entry, for who looks for something in one after the other.
    create table entry_month (
      first_date date primary key,
      end_date date not null unique check (first_date < end_date)
    );

    create function make_entry_month(first date) returns void language plpgsql set search_path = pg_catalog as $$
    declare
      next constant date := first + interval '1 month';
      name constant text := 'entry_' || to_char(first, 'YYYY_MM');
    begin
      execute format('create table public.%I (like public.entry including defaults including constraints including indexes) with (${APPEND_ONLY})', name);
      execute format('alter table public.entry attach partition public.%I for values from (%L) to (%L)', name, first, next);
      insert into public.entry_month values (first, next);
    end $$;

    create function make_entry_months(day date) returns void language plpgsql set search_path = pg_catalog as $$
    declare
      month constant date := date_trunc('month', day);
      next constant date := month + interval '1 month';
      -- Of a bank that was open before there were partitions, this month is history too.
      opens constant boolean := not exists (select from public.entry_history)
        and not exists (select from public.business_day where date <> day);
    begin
      if not exists (select from public.entry_month) then
        execute format('alter table public.entry attach partition public.entry_history for values from (minvalue) to (%L)',
          case when opens then month else next end);
        insert into public.entry_month values ('-infinity', case when opens then month else next end);
      end if;
      if not exists (select from public.entry_month where end_date > day) then
        perform public.make_entry_month(month);
      end if;
      if not exists (select from public.entry_month where first_date = next) then
        perform public.make_entry_month(next);
      end if;
    end $$;

    -- The runtime role can make no table. It opens days, one after the other, which is as far ahead as it gets.
    create function open_entry_months() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
    begin
      perform public.make_entry_months(new.date);
      return null;
    end $$;

    create trigger open_entry_months after insert on business_day for each row execute function open_entry_months();
  `;
}

/**
 * The last version of an account that was known at an instant, as before: its known times never go back, so it is a search.
 * It begins in the last month that the account had begun by then, and looks in that and the next one first; what is not
 * there, history and what follows after a long rest, is looked for everywhere. Planned once: to skip partitions costs less
 * than to plan without them.
 */
function knownAt(): string {
  return `
    create or replace function version_known_at(account bigint, instant timestamptz) returns bigint language plpgsql stable
      set plan_cache_mode = force_generic_plan as $$
    declare
      low bigint := 0;
      high bigint := (select version + 1 from ledger_account where no = account);
      step bigint := 1;
      probe bigint;
      month entry_month;
      near_end date := 'infinity';
      is_known boolean;
    begin
      for month in select * from entry_month order by first_date desc loop
        select e.version into low from (
          select version, journal_no from entry
          where account_no = account and booking_date >= month.first_date and booking_date < month.end_date
          order by version limit 1
        ) e join journal j on j.no = e.journal_no
        where j.known_time <= instant;
        exit when found;
        near_end := month.end_date;
      end loop;
      if low is null then
        return 0;
      end if;
      while high - low > 1 loop
        probe := least(low + step, (low + high) / 2);
        select j.known_time <= instant into is_known from entry e join journal j on j.no = e.journal_no
        where e.account_no = account and e.version = probe
          and e.booking_date >= month.first_date and e.booking_date < near_end;
        if not found then
          select j.known_time <= instant into is_known from entry e join journal j on j.no = e.journal_no
          where e.account_no = account and e.version = probe;
        end if;
        if is_known then
          low := probe;
        else
          high := probe;
        end if;
        step := 2 * step;
      end loop;
      return low;
    end $$;
  `;
}

function rights(): string {
  return `
    grant select, insert on entry to ${RUNTIME};
    grant select on entry_month to ${RUNTIME};
    revoke execute on function make_entry_month(date), make_entry_months(date), open_entry_months() from public;
  `;
}
