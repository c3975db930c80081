// One clock for what is known, and where an account was at an instant.
import { Migration } from '@mikro-orm/migrations';

const RUNTIME = 'ledger_runtime';

export class KnownTime extends Migration {
  override up(): void {
    this.addSql(knownClock());
    this.addSql(knownAt());
    this.addSql(`
      revoke execute on function take_known_time(), pass_known_time(timestamptz) from public;
      grant execute on function take_known_time(), pass_known_time(timestamptz) to ${RUNTIME};
    `);
  }
}

/**
 * One clock for everything that becomes known, in whole milliseconds. It never goes back, whatever the machine's does, and
 * never stops at an instant that was asked about: so what was answered for that instant stays the whole truth.
 */
function knownClock(): string {
  return `
    -- A row is a transaction that took the time, or a reader who asked about an instant: whoever takes the time later gets
    -- no earlier one. Old rows are swept away now and then; the latest time always stays.
    create table known_clock (
      xid xid8 primary key,
      time timestamptz not null
    );
    create index known_clock_time on known_clock (time);

    insert into known_clock (xid, time)
    select pg_current_xact_id(), date_trunc('milliseconds', greatest(clock_timestamp(),
      (select max(known_time) from journal), (select max(create_time) from ledger_account))) + interval '1 millisecond';

    create function take_known_time() returns timestamptz language plpgsql security definer set search_path = public as $$
    declare
      taken timestamptz;
      own constant xid8 := pg_current_xact_id();
    begin
      select time into taken from known_clock where xid = own;
      if found then
        return taken;
      end if;
      -- The snapshot of a longer isolation may be older than the instants that were asked about meanwhile.
      if current_setting('transaction_isolation') <> 'read committed' then
        raise exception 'the known time is taken in read committed transactions only'
          using errcode = 'integrity_constraint_violation';
      end if;
      -- A statement of its own, after the transaction has its number: a reader who does not see that number at work has
      -- written the instant asked about before, and this statement sees it.
      insert into known_clock (xid, time)
      select own, greatest(date_trunc('milliseconds', clock_timestamp()), max(time)) from known_clock
      returning time into taken;
      if own::text::numeric % 1024 = 0 then
        delete from known_clock where xid in (
          select xid from known_clock
          where xid < pg_snapshot_xmin(pg_current_snapshot()) and time < (select max(time) from known_clock)
          for update skip locked
        );
      end if;
      return taken;
    end $$;

    -- Nothing that begins to take the time after this has committed becomes known at or before the instant. Answers false,
    -- and does nothing, when the instant is yet to come.
    create function pass_known_time(instant timestamptz) returns boolean language plpgsql security definer
      set search_path = public as $$
    declare
      passed constant timestamptz := date_trunc('milliseconds', instant) + interval '1 millisecond';
    begin
      -- A time that was taken a moment ago may be that much ahead, because the instant before it was asked about.
      if instant > clock_timestamp() and instant <= clock_timestamp() + interval '2 milliseconds' then
        perform pg_sleep(0.002);
      end if;
      if instant > clock_timestamp() then
        return false;
      end if;
      if not exists (select from known_clock where time >= passed) then
        -- The number first, for the same reason.
        perform pg_current_xact_id();
        insert into known_clock (xid, time)
        select pg_current_xact_id(), passed where not exists (select from known_clock where time >= passed);
      end if;
      return true;
    end $$;

    alter table journal alter column known_time set default take_known_time();
    alter table ledger_account alter column create_time set default take_known_time();
  `;
}

/**
 * The last version of an account that was known at an instant. Known times of an account never go back, so it is a search;
 * it begins at the first version, so that what is booked later cannot change the way it goes.
 */
function knownAt(): string {
  return `
    create function version_known_at(account bigint, instant timestamptz) returns bigint language plpgsql stable as $$
    declare
      low bigint := 0;
      high bigint := 1;
      probe bigint;
      bounded boolean := false;
    begin
      loop
        exit when bounded and high - low = 1;
        probe := case when bounded then (low + high) / 2 else high end;
        if exists (
          select from entry e join journal j on j.no = e.journal_no
          where e.account_no = account and e.version = probe and j.known_time <= instant
        ) then
          low := probe;
          high := case when bounded then high else 2 * high end;
        else
          high := probe;
          bounded := true;
        end if;
      end loop;
      return low;
    end $$;

    -- Few entries count on another day than they are booked on. Those that do are found by it.
    create index entry_valued_apart on entry (account_no, value_date) where value_date <> booking_date;
  `;
}
