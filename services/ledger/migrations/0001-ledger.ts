// The tables of the ledger, and its laws as the database enforces them again.
import { Migration } from '@mikro-orm/migrations';
import { chassisTables } from '#chassis/chassis-tables.ts';
import { FORCED_KINDS } from '../domain/kinds.ts';

const RUNTIME = 'ledger_runtime';

export class Ledger extends Migration {
  override up(): void {
    this.addSql(chassisTables(RUNTIME));
    this.addSql(tables());
    this.addSql(laws());
    this.addSql(rights());
    this.addSql(chartOfAccounts());
  }
}

function tables(): string {
  return `
    create table general_ledger_account (
      code text collate "C" primary key check (code ~ '^[0-9]{4}$'),
      display_name text not null,
      type text not null check (type in ('asset', 'liability', 'equity', 'income', 'expense'))
    );

    create table ledger_account (
      no bigint generated always as identity primary key,
      id text collate "C" not null unique,
      account_id text collate "C",
      currency text collate "C" not null,
      normal_side text not null check (normal_side in ('debit', 'credit')),
      general_ledger_code text collate "C" not null references general_ledger_account,
      state text not null check (state in ('open', 'migrating', 'closed')),
      floor bigint,
      ceiling bigint,
      decrease_frozen boolean not null default false,
      increase_frozen boolean not null default false,
      -- Debit-positive minor units. Moved by nothing but the trigger on entry.
      balance bigint not null default 0,
      version bigint not null default 0,
      -- Counts the changes of everything else, from 1: the aggregate sequence of its events.
      revision bigint not null default 1,
      create_time timestamptz not null default now(),
      check (floor <= ceiling),
      check (state <> 'closed' or balance = 0)
    ) with (fillfactor = 70);

    create sequence journal_block increment by 1000;

    create table journal (
      no bigint primary key,
      id text collate "C" not null unique,
      kind text not null,
      value_date date,
      booking_date date,
      known_time timestamptz not null default now(),
      owner text not null,
      reversed_no bigint references journal,
      leg_count smallint not null,
      fingerprint bytea not null,
      metadata jsonb,
      -- Why it was refused. Posted and refused journals share one table, so that an id is only ever one of the two,
      -- whichever ledger process decided it. A refused journal has no dates and no legs.
      refusal bytea,
      check ((refusal is null) = (leg_count > 0)),
      check (refusal is not null or (value_date is not null and booking_date is not null)),
      check (refusal is not null or (kind = 'reversal') = (reversed_no is not null))
    );
    create index journal_reversed on journal (reversed_no) where reversed_no is not null;

    create table entry (
      account_no bigint not null,
      version bigint not null,
      journal_no bigint not null,
      leg smallint not null,
      amount bigint not null check (amount <> 0),
      balance_after bigint not null,
      booking_date date not null,
      value_date date not null,
      reversed_leg smallint,
      primary key (account_no, version)
    );
    create unique index entry_of_journal on entry (journal_no, leg);
    create index entry_by_date on entry (account_no, booking_date, version);

    create table business_day (
      date date primary key,
      state text not null check (state in ('open', 'closing', 'closed'))
    );
    create unique index business_day_open on business_day (state) where state = 'open';
    create index business_day_not_closed on business_day (date) where state <> 'closed';

    create table clock_setting (
      singleton boolean primary key default true check (singleton),
      -- How far the bank's clock is ahead of the real one.
      offset_ms bigint not null
    );
  `;
}

/** Entries move balances, in the one place where it happens; and only as the laws allow. */
function laws(): string {
  const forced = FORCED_KINDS.map((kind) => `'${kind}'`).join(', ');
  return `
    create function post_entries() returns trigger language plpgsql security definer set search_path = public as $$
    begin
      if exists (
        select from (select journal_no, count(*) as legs, min(leg) as first, max(leg) as last from posted group by 1) p
        left join journal j on j.no = p.journal_no
        where j.no is null or p.legs <> j.leg_count or p.first <> 0 or p.last <> j.leg_count - 1
      ) then
        raise exception 'a journal must be booked whole, in one statement' using errcode = 'integrity_constraint_violation';
      end if;

      if exists (
        select from posted p left join ledger_account a on a.no = p.account_no
        group by p.journal_no, a.currency having sum(p.amount) <> 0 or a.currency is null
      ) then
        raise exception 'a journal must balance in every currency' using errcode = 'integrity_constraint_violation';
      end if;

      if exists (
        select from (select distinct j.kind, j.booking_date from posted p join journal j on j.no = p.journal_no) b
        left join business_day d on d.date = b.booking_date and d.state in ('open', 'closing')
        where d.date is null
          and (b.kind <> 'migration' or b.booking_date > (select date from business_day where state = 'open'))
      ) then
        raise exception 'a journal must be booked on a day that takes it' using errcode = 'integrity_constraint_violation';
      end if;

      if exists (select from posted where reversed_leg is not null) and exists (
        select from (
          select distinct j.reversed_no from posted p join journal j on j.no = p.journal_no where p.reversed_leg is not null
        ) o
        join journal j on j.reversed_no = o.reversed_no
        join entry r on r.journal_no = j.no
        left join entry e on e.journal_no = o.reversed_no and e.leg = r.reversed_leg and e.account_no = r.account_no
        group by o.reversed_no, r.reversed_leg, e.amount
        having e.amount is null or bool_or(sign(r.amount) = sign(e.amount)) or sum(abs(r.amount)) > abs(e.amount)
      ) then
        raise exception 'reversals must not exceed what they reverse' using errcode = 'integrity_constraint_violation';
      end if;

      if exists (
        select from (
          select p.*, a.balance, a.version as account_version, a.state, a.account_id, j.kind,
            j.booking_date <> p.booking_date or j.value_date <> p.value_date as misdated,
            lag(p.version) over w as version_before, lag(p.balance_after) over w as balance_before,
            case a.normal_side when 'debit' then p.amount else -p.amount end as change,
            case a.normal_side when 'debit' then p.balance_after else -p.balance_after end as normal,
            a.floor, a.ceiling, a.decrease_frozen, a.increase_frozen
          from posted p
          join ledger_account a on a.no = p.account_no
          join journal j on j.no = p.journal_no
          window w as (partition by p.account_no order by p.version)
        ) e
        where e.version <> coalesce(e.version_before, e.account_version) + 1
          or e.balance_after <> coalesce(e.balance_before, e.balance) + e.amount
          or e.misdated
          or e.state = 'closed'
          or (e.state = 'migrating' and e.kind <> 'migration')
          or (e.state <> 'migrating' and e.kind = 'migration' and e.account_id is not null)
          or (e.kind = 'reversal') <> (e.reversed_leg is not null)
          or (e.change < 0 and e.decrease_frozen)
          or (e.change > 0 and e.increase_frozen)
          or (e.kind not in (${forced}) and e.change < 0 and e.normal < e.floor)
          or (e.kind not in (${forced}) and e.change > 0 and e.normal > e.ceiling)
      ) then
        raise exception 'an entry breaks the chain, the limits or the state of its account'
          using errcode = 'integrity_constraint_violation';
      end if;

      update ledger_account a set balance = p.balance_after, version = p.version
      from (select distinct on (account_no) account_no, version, balance_after from posted order by account_no, version desc) p
      where a.no = p.account_no;
      return null;
    end $$;

    create trigger post_entries after insert on entry referencing new table as posted
      for each statement execute function post_entries();

    create function guard_ledger_account() returns trigger language plpgsql as $$
    begin
      if old.state = 'closed' or (old.state = 'open' and new.state = 'migrating') then
        raise exception 'a ledger account does not go back to %', new.state using errcode = 'integrity_constraint_violation';
      end if;
      return new;
    end $$;

    create trigger guard_ledger_account before update of state, floor, ceiling, decrease_frozen, increase_frozen
      on ledger_account for each row execute function guard_ledger_account();

    create function guard_business_day() returns trigger language plpgsql as $$
    begin
      if tg_op = 'INSERT' then
        if new.state <> 'open' or new.date <> (select max(date) + 1 from business_day) then
          raise exception 'business days are opened one after the other' using errcode = 'integrity_constraint_violation';
        end if;
      elsif (old.state, new.state) not in (('open', 'closing'), ('closing', 'closed')) then
        raise exception 'a business day does not go from % to %', old.state, new.state
          using errcode = 'integrity_constraint_violation';
      end if;
      return new;
    end $$;

    create trigger guard_business_day before insert or update on business_day
      for each row execute function guard_business_day();
  `;
}

/** The runtime role posts and opens; it changes no entry, no journal and no balance. */
function rights(): string {
  return `
    grant select on general_ledger_account, ledger_account, journal, entry, business_day, clock_setting
      to ${RUNTIME};
    grant insert (id, account_id, currency, normal_side, general_ledger_code, state, floor, ceiling) on ledger_account
      to ${RUNTIME};
    grant update (state, floor, ceiling, decrease_frozen, increase_frozen, revision) on ledger_account to ${RUNTIME};
    grant insert (no, id, kind, value_date, booking_date, known_time, owner, reversed_no, leg_count, fingerprint, metadata,
      refusal) on journal to ${RUNTIME};
    grant insert on entry, business_day, clock_setting to ${RUNTIME};
    grant update (state) on business_day to ${RUNTIME};
    grant update (offset_ms) on clock_setting to ${RUNTIME};
    grant usage on sequence journal_block to ${RUNTIME};
  `;
}

function chartOfAccounts(): string {
  return `
    insert into general_ledger_account (code, display_name, type) values
      ('1010', 'Cash', 'asset'),
      ('1100', 'Clearing with other banks', 'asset'),
      ('2010', 'Current accounts', 'liability'),
      ('2020', 'Savings accounts', 'liability'),
      ('3010', 'Share capital', 'equity'),
      ('3020', 'Retained earnings', 'equity'),
      ('4010', 'Fee income', 'income'),
      ('4020', 'Interest income', 'income'),
      ('5010', 'Interest expense', 'expense');
  `;
}
