// The checklist of a day that closes, what interest is booked on, and how balances by value date are found for many accounts.
import { Migration } from '@mikro-orm/migrations';

const RUNTIME = 'ledger_runtime';

export class EndOfDay extends Migration {
  override up(): void {
    this.addSql(checklist());
    this.addSql(guards());
    this.addSql(interest());
    this.addSql(indexes());
    this.addSql(`
      grant select, insert on day_step_kind, day_step to ${RUNTIME};
      grant update (position) on day_step_kind to ${RUNTIME};
      grant update (state, done_count, set_aside_count, start_time, end_time) on day_step to ${RUNTIME};
    `);
  }
}

function checklist(): string {
  return `
    -- The steps that days get when they are put in CLOSING, as their services register them.
    create table day_step_kind (
      name text collate "C" primary key,
      service text collate "C" not null,
      position integer not null check (position between 1 and 1000)
    );
    insert into day_step_kind (name, service, position) values ('expire-holds', 'ledger', 10);

    create table day_step (
      date date not null references business_day,
      name text collate "C" not null,
      service text collate "C" not null,
      position integer not null,
      state text not null default 'pending' check (state in ('pending', 'running', 'done')),
      done_count integer not null default 0 check (done_count >= 0),
      set_aside_count integer not null default 0 check (set_aside_count >= 0),
      start_time timestamptz,
      end_time timestamptz,
      primary key (date, name),
      check ((state = 'pending') = (start_time is null)),
      check ((state = 'done') = (end_time is not null))
    );
  `;
}

/** A day that is put in CLOSING has its checklist in the same commit, and ends when all of it is done. */
function guards(): string {
  return `
    create function open_checklist() returns trigger language plpgsql security definer set search_path = public as $$
    begin
      insert into day_step (date, name, service, position) select new.date, name, service, position from day_step_kind;
      return null;
    end $$;
    create trigger open_checklist after update of state on business_day for each row
      when (old.state = 'open' and new.state = 'closing') execute function open_checklist();

    create function guard_checklist() returns trigger language plpgsql set search_path = public as $$
    begin
      if exists (select from day_step where date = new.date and state <> 'done') then
        raise exception 'a business day ends when its steps are done' using errcode = 'integrity_constraint_violation';
      end if;
      return new;
    end $$;
    create trigger guard_checklist before update of state on business_day for each row
      when (new.state = 'closed') execute function guard_checklist();

    create function guard_day_step() returns trigger language plpgsql set search_path = public as $$
    begin
      if old.state = 'done' and (new.state, new.end_time) is distinct from (old.state, old.end_time) then
        raise exception 'a step that is done stays done' using errcode = 'integrity_constraint_violation';
      end if;
      return new;
    end $$;
    create trigger guard_day_step before update on day_step for each row execute function guard_day_step();
  `;
}

function interest(): string {
  return `
    insert into general_ledger_account (code, display_name, type) values
      ('2030', 'Accrued interest payable', 'liability'),
      ('2040', 'Withholding tax payable', 'liability');
    insert into general_ledger_wiring (kind, code) values ('interest', '2030'), ('interest', '2040');
  `;
}

/** Entries are written in the order of their days, so blocks of them are known by their days at next to no cost. */
function indexes(): string {
  return `
    create index entry_by_booking_day on entry using brin (booking_date) with (pages_per_range = 16);
    create index entry_valued_ahead on entry (value_date) where value_date > booking_date;
    create index entry_valued_back on entry (booking_date) where value_date < booking_date;
  `;
}
