// Holds: pending journals of two legs, what they hold of an account, and the floor that holds for both together.
import { Migration } from '@mikro-orm/migrations';
import { FORCED_KINDS } from '../domain/kinds.ts';
import { entryLaws } from './0007-laws-of-entries.ts';

const RUNTIME = 'ledger_runtime';

export class Holds extends Migration {
  override up(): void {
    this.addSql(tables());
    this.addSql(stepLaws());
    this.addSql(entryLaws());
    this.addSql(rights());
  }
}

function tables(): string {
  return `
    alter table ledger_account
      -- What open holds would take from it and bring it, on its normal side. Moved by nothing but the trigger on hold_step.
      add column held bigint not null default 0 check (held >= 0),
      add column pending_in bigint not null default 0 check (pending_in >= 0),
      add check (state <> 'closed' or (held = 0 and pending_in = 0));

    create table hold (
      -- The number of the step that placed it.
      no bigint primary key,
      id text collate "C" not null unique,
      kind text not null,
      debit_account_no bigint not null references ledger_account,
      credit_account_no bigint not null references ledger_account,
      amount bigint not null check (amount > 0),
      capture_limit bigint not null check (capture_limit >= amount),
      owner text not null,
      -- As its last step left it: moved by nothing but the trigger on hold_step.
      state text,
      version bigint not null default 0,
      captured bigint not null default 0,
      held bigint not null default 0,
      expire_time timestamptz
    ) with (fillfactor = 70);
    create index hold_due on hold (expire_time) where state = 'open';
    create index hold_debit on hold (debit_account_no, no);
    create index hold_credit on hold (credit_account_no, no);

    create table hold_step (
      no bigint primary key,
      -- The key of what was asked for. Null for what has another: a capture is its journal, an expiry happens once.
      key text collate "C" unique,
      hold_no bigint references hold,
      -- Counts the steps of a hold from 1. A refused step has none, and changes nothing.
      version bigint,
      kind text not null check (kind in ('place', 'extend', 'capture', 'release', 'expire')),
      -- What it captures.
      amount bigint check (amount > 0),
      journal_no bigint unique references journal,
      -- How the hold is left, and by how much it holds more or less than before.
      state text check (state in ('open', 'captured', 'released', 'expired')),
      captured bigint,
      held bigint,
      held_change bigint,
      expire_time timestamptz,
      known_time timestamptz not null default take_known_time(),
      fingerprint bytea,
      refusal bytea,
      unique (hold_no, version),
      check ((key is null) = (fingerprint is null)),
      check ((key is null) = (kind in ('capture', 'expire'))),
      check ((kind = 'capture') = (journal_no is not null) and (kind = 'capture') = (amount is not null)),
      check ((refusal is null) = (version is not null)),
      check (refusal is null or key is not null),
      check (num_nulls(hold_no, version, state, captured, held, held_change, expire_time) = case when refusal is null then 0 else 7 end),
      check (refusal is not null or (state = 'open') = (held > 0))
    );
    create index hold_step_capture on hold_step (known_time) where journal_no is not null;
  `;
}

/** Steps move holds, and what is held of accounts, in the one place where it happens; and only as the laws allow. */
function stepLaws(): string {
  const forced = FORCED_KINDS.map((kind) => `'${kind}'`).join(', ');
  return `
    create function post_hold_steps() returns trigger language plpgsql security definer
      set search_path = public set enable_seqscan = off as $$
    declare
      broken bigint;
    begin
      select count(*) into broken from (
        select s.*, h.amount as placed, h.capture_limit, j.refusal is null as posted,
          coalesce(lag(s.version) over w, h.version) as version_before,
          coalesce(lag(s.state) over w, h.state) as state_before,
          coalesce(lag(s.captured) over w, h.captured) as captured_before,
          coalesce(lag(s.held) over w, h.held) as held_before,
          coalesce(lag(s.expire_time) over w, h.expire_time) as expire_before
        from stepped s
        join hold h on h.no = s.hold_no
        left join journal j on j.no = s.journal_no
        window w as (partition by s.hold_no order by s.version)
      ) e
      where (
        e.version = e.version_before + 1
        and (e.version = 1) = (e.kind = 'place')
        and e.held = e.held_before + e.held_change
        and case e.kind
          when 'place' then e.no = e.hold_no and e.state = 'open' and e.captured = 0 and e.held = e.placed
          when 'extend' then e.state = 'open' and e.held_change = 0 and e.expire_time > e.expire_before
          when 'capture' then e.posted and e.captured <= e.capture_limit
            and (e.state, e.held) in (('open', e.placed - e.captured), ('captured', 0))
          when 'release' then e.state = 'released'
          else e.state = 'expired'
        end
        and (e.kind = 'place' or (
          e.state_before = 'open'
          and e.captured = e.captured_before + coalesce(e.amount, 0)
          and (e.kind = 'extend' or e.expire_time = e.expire_before)
        ))
      ) is not true;
      if broken > 0 then
        raise exception 'a step of a hold does not follow from the one before' using errcode = 'integrity_constraint_violation';
      end if;

      select count(*) into broken from (
        select h.kind, a.state, a.floor, a.decrease_frozen, a.increase_frozen, l.down, d.currency = c.currency as same,
          case a.normal_side when 'debit' then a.balance else -a.balance end as normal,
          a.held + sum(case when l.down then s.held_change else 0 end) over (partition by a.no order by s.no) as held
        from stepped s
        join hold h on h.no = s.hold_no
        join ledger_account d on d.no = h.debit_account_no
        join ledger_account c on c.no = h.credit_account_no
        cross join lateral (values (d.no, d.normal_side = 'credit'), (c.no, c.normal_side = 'debit')) l (account_no, down)
        join ledger_account a on a.no = l.account_no
        where s.kind = 'place'
      ) e
      where not e.same or e.state <> 'open'
        or (e.down and e.decrease_frozen) or (not e.down and e.increase_frozen)
        or (e.kind not in (${forced}) and e.down and e.normal - e.held < e.floor);
      if broken > 0 then
        raise exception 'a hold breaks the limits or the state of its account'
          using errcode = 'integrity_constraint_violation';
      end if;

      update hold h
      set state = s.state, version = s.version, captured = s.captured, held = s.held, expire_time = s.expire_time
      from (select distinct on (hold_no) * from stepped where refusal is null order by hold_no, version desc) s
      where h.no = s.hold_no;

      update ledger_account a set held = a.held + m.held, pending_in = a.pending_in + m.pending_in
      from (
        select l.account_no, sum(case when l.down then s.held_change else 0 end) as held,
          sum(case when l.down then 0 else s.held_change end) as pending_in
        from stepped s
        join hold h on h.no = s.hold_no
        join ledger_account d on d.no = h.debit_account_no
        join ledger_account c on c.no = h.credit_account_no
        cross join lateral (values (d.no, d.normal_side = 'credit'), (c.no, c.normal_side = 'debit')) l (account_no, down)
        where s.held_change <> 0
        group by l.account_no
      ) m
      where a.no = m.account_no;
      return null;
    end $$;

    create trigger post_hold_steps after insert on hold_step referencing new table as stepped
      for each statement execute function post_hold_steps();
  `;
}

/** The runtime role places and steps; it changes no hold and no step, and nothing that is held. */
function rights(): string {
  return `
    grant select on hold, hold_step to ${RUNTIME};
    grant insert (no, id, kind, debit_account_no, credit_account_no, amount, capture_limit, owner) on hold to ${RUNTIME};
    grant insert (no, key, hold_no, version, kind, amount, journal_no, state, captured, held, held_change, expire_time,
      fingerprint, refusal) on hold_step to ${RUNTIME};
  `;
}
