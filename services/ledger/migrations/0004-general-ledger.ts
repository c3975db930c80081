// The general ledger as a record of its own, the wiring of journal kinds, corrections, and closed periods.
import { Migration } from '@mikro-orm/migrations';

const RUNTIME = 'ledger_runtime';

/** On which general-ledger accounts the legs of each kind may fall. A reversal goes where its original went. */
const WIRING: Readonly<Record<string, readonly string[]>> = {
  deposit: ['1010', '1100', '2010', '2020', '3010', '4010'],
  withdrawal: ['1010', '1100', '2010', '2020', '3010', '4010'],
  transfer: ['1010', '1100', '2010', '2020', '4010'],
  interest: ['1010', '1100', '2010', '2020', '4020', '5010'],
  fee: ['1010', '1100', '2010', '2020', '4010'],
  scheme_advice: ['1010', '1100', '2010', '2020', '4010'],
  migration: ['1010', '1100', '2010', '2020', '4010', '4020', '5010'],
  // Everything that is earned and spent, and the one line of equity that it is taken to.
  period_close: ['3020', '4010', '4020', '5010'],
};

export class GeneralLedger extends Migration {
  override up(): void {
    this.addSql(corrections());
    this.addSql(wiring());
    this.addSql(periods());
    this.addSql(journalLaws());
    this.addSql(generalLedger());
    this.addSql(rights());
  }
}

function corrections(): string {
  return 'alter table journal add column corrected_no bigint references journal;';
}

function wiring(): string {
  const rows = Object.entries(WIRING).flatMap(([kind, codes]) => codes.map((code) => `('${kind}', '${code}')`));
  return `
    create table general_ledger_wiring (
      kind text not null,
      code text collate "C" not null references general_ledger_account,
      primary key (kind, code)
    );
    insert into general_ledger_wiring (kind, code) values ${rows.join(', ')};
  `;
}

function periods(): string {
  return `
    create table accounting_period (
      no bigint generated always as identity primary key,
      -- Null for the first period, which has no beginning.
      start_date date,
      end_date date not null,
      state text not null check (state in ('closing', 'closed', 'refused')),
      booking_date date,
      check (start_date <= end_date),
      check ((state = 'closed') = (booking_date is not null))
    );
    create unique index accounting_period_end on accounting_period (end_date) where state <> 'refused';
    create unique index accounting_period_closing on accounting_period (state) where state = 'closing';

    create table period_result (
      period_no bigint not null references accounting_period,
      currency text collate "C" not null,
      income numeric not null,
      expenses numeric not null,
      journal_id text collate "C" not null unique,
      primary key (period_no, currency)
    );

    create function guard_accounting_period() returns trigger language plpgsql as $$
    declare
      last_end constant date := (select max(end_date) from accounting_period where state <> 'refused' and no <> new.no);
    begin
      if tg_op = 'INSERT' then
        if new.state <> 'closing' or new.end_date <= last_end or new.start_date is distinct from last_end + 1 then
          raise exception 'accounting periods follow one another' using errcode = 'integrity_constraint_violation';
        end if;
        if exists (select from business_day where state <> 'closed' and date <= new.end_date)
          or not exists (select from business_day where state = 'open' and date > new.end_date) then
          raise exception 'an accounting period is closed when all its days are'
            using errcode = 'integrity_constraint_violation';
        end if;
      elsif old.state <> 'closing' or new.state not in ('closed', 'refused') then
        raise exception 'an accounting period does not go from % to %', old.state, new.state
          using errcode = 'integrity_constraint_violation';
      elsif exists (
        select from period_result r left join journal j on j.id = r.journal_id and j.refusal is null
        where r.period_no = new.no and (j.no is null) = (new.state = 'closed')
      ) then
        raise exception 'an accounting period is closed by its journals' using errcode = 'integrity_constraint_violation';
      end if;
      return new;
    end $$;

    create trigger guard_accounting_period before insert or update on accounting_period
      for each row execute function guard_accounting_period();

    create function guard_period_result() returns trigger language plpgsql as $$
    begin
      if not exists (select from accounting_period where no = new.period_no and state = 'closing') then
        raise exception 'a period has its results from the beginning of its closing'
          using errcode = 'integrity_constraint_violation';
      end if;
      return new;
    end $$;

    create trigger guard_period_result before insert on period_result
      for each row execute function guard_period_result();
  `;
}

/** What a journal must be, whoever writes it: known when it is written, correcting its owner's own, closing a period. */
function journalLaws(): string {
  return `
    create function guard_journals() returns trigger language plpgsql security definer set search_path = public as $$
    begin
      if exists (
        select from written
        where known_time is distinct from (select time from known_clock where xid = pg_current_xact_id())
      ) then
        raise exception 'a journal is known from when it is written' using errcode = 'integrity_constraint_violation';
      end if;

      if exists (
        select from written w left join journal o on o.no = w.corrected_no
        where w.corrected_no is not null
          and (o.no is null or o.refusal is not null or o.owner <> w.owner or o.no = w.no or w.refusal is not null)
      ) then
        raise exception 'a journal corrects one that its owner has posted' using errcode = 'integrity_constraint_violation';
      end if;

      if exists (
        select from written w
        left join period_result r on r.journal_id = w.id
        left join accounting_period p on p.no = r.period_no and p.state = 'closing' and p.end_date = w.value_date
        where w.kind = 'period_close' and w.refusal is null and (p.no is null or w.owner <> 'ledger')
      ) then
        raise exception 'a period is closed by the journals of its closing' using errcode = 'integrity_constraint_violation';
      end if;
      return null;
    end $$;

    create trigger guard_journals after insert on journal referencing new table as written
      for each statement execute function guard_journals();
  `;
}

/** The second record: every batch of entries is summed into postings of the general ledger, which nobody else may write. */
function generalLedger(): string {
  return `
    create table general_ledger_posting (
      no bigint generated always as identity primary key,
      code text collate "C" not null references general_ledger_account,
      currency text collate "C" not null,
      booking_date date not null,
      kind text not null,
      debit numeric not null check (debit >= 0),
      credit numeric not null check (credit >= 0),
      entry_count bigint not null check (entry_count > 0)
    );

    insert into general_ledger_posting (code, currency, booking_date, kind, debit, credit, entry_count)
    select a.general_ledger_code, a.currency, e.booking_date, j.kind,
      sum(greatest(e.amount::numeric, 0)), sum(greatest(-e.amount::numeric, 0)), count(*)
    from entry e join ledger_account a on a.no = e.account_no join journal j on j.no = e.journal_no
    group by 1, 2, 3, 4;

    -- Named so that it comes after post_entries, which checks the laws of money.
    create function post_general_ledger() returns trigger language plpgsql security definer set search_path = public as $$
    declare
      unwired text;
    begin
      with summed as (
        insert into general_ledger_posting (code, currency, booking_date, kind, debit, credit, entry_count)
        select a.general_ledger_code, a.currency, p.booking_date, j.kind,
          sum(greatest(p.amount::numeric, 0)), sum(greatest(-p.amount::numeric, 0)), count(*)
        from posted p join ledger_account a on a.no = p.account_no join journal j on j.no = p.journal_no
        group by 1, 2, 3, 4
        returning kind, code
      )
      select min(s.kind || ' on ' || s.code) into unwired from summed s
      where s.kind <> 'reversal'
        and not exists (select from general_ledger_wiring w where w.kind = s.kind and w.code = s.code);
      if unwired is not null then
        raise exception 'the general ledger is not wired for %', unwired using errcode = 'integrity_constraint_violation';
      end if;
      return null;
    end $$;

    create trigger post_general_ledger after insert on entry referencing new table as posted
      for each statement execute function post_general_ledger();
  `;
}

/** The runtime role reads all of it; it writes periods, and neither the wiring nor the general ledger. */
function rights(): string {
  return `
    grant select on general_ledger_wiring, general_ledger_posting, accounting_period, period_result to ${RUNTIME};
    grant insert (corrected_no) on journal to ${RUNTIME};
    grant insert (start_date, end_date, state) on accounting_period to ${RUNTIME};
    grant update (state, booking_date) on accounting_period to ${RUNTIME};
    grant insert on period_result to ${RUNTIME};
  `;
}
