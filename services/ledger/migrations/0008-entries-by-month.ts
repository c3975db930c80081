// Entries in partitions, one a booking month, so that what is worked on stays small however old the bank gets.
import { Migration } from '@mikro-orm/migrations';
import { entryLaws } from './0008-laws-of-entries.ts';

const RUNTIME = 'ledger_runtime';

export class EntriesByMonth extends Migration {
  override up(): void {
    this.addSql(history());
    this.addSql(byMonth());
    this.addSql(months());
    this.addSql(entryLaws());
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
    create function make_entry_month(start date) returns void language plpgsql set search_path = pg_catalog as $$
    declare
      name constant text := 'entry_' || to_char(start, 'YYYY_MM');
    begin
      execute format('create table public.%I (like public.entry including defaults including constraints including indexes)', name);
      execute format('alter table public.entry attach partition public.%I for values from (%L) to (%L)',
        name, start, (start + interval '1 month')::date);
    end $$;

    create function make_entry_months(day date) returns void language plpgsql set search_path = pg_catalog as $$
    declare
      month constant date := date_trunc('month', day);
      next constant date := month + interval '1 month';
      opened constant date := (select min(date) from public.business_day);
    begin
      if not exists (select from pg_inherits where inhparent = 'public.entry'::regclass) then
        -- The first day of a bank opens its first month. Of one that was open before, this month is history too.
        execute format('alter table public.entry attach partition public.entry_history for values from (minvalue) to (%L)',
          case when day = opened and not exists (select from public.entry_history) then month else next end);
        if day = opened and not exists (select from public.entry_history) then
          perform public.make_entry_month(month);
        end if;
      end if;
      if to_regclass('public.entry_' || to_char(next, 'YYYY_MM')) is null then
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

function rights(): string {
  return `
    grant select, insert on entry to ${RUNTIME};
    revoke execute on function make_entry_month(date), make_entry_months(date), open_entry_months() from public;
  `;
}
