// The trigger on entry once more, for partitions: an entry is looked up by its journal and the date of that.
import { FORCED_KINDS } from '../domain/kinds.ts';

/**
 * The laws of entries as before. That a version is booked once was the primary key's doing, which has a date in it now: so
 * an account moves only from the version before its first new entry, whoever else has moved it meanwhile.
 */
export function entryLaws(): string {
  const forced = FORCED_KINDS.map((kind) => `'${kind}'`).join(', ');
  return `
      -- Planned for the batches that come first, and used for all: so rows are looked up by their keys, as many as there are. To
      -- hash the accounts of the whole bank is as quick for a thousand journals, and many times as dear for one.
      alter function post_general_ledger() set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off;

      create or replace function post_entries() returns trigger language plpgsql security definer
        set search_path = public set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
      declare
        broken bigint;
        moved bigint;
        -- Whether this transaction captures holds: mostly it does not, and then nothing more is read.
        captures constant boolean := exists (
          select from hold_step where journal_no is not null
            and known_time = (select time from known_clock where xid = pg_current_xact_id())
        );
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

        -- Asked by itself: the check opens every partition before it looks at anything.
        if exists (select from posted where reversed_leg is not null) then
          if exists (
            select from (
              select distinct j.reversed_no, original.booking_date
              from posted p join journal j on j.no = p.journal_no left join journal original on original.no = j.reversed_no
              where p.reversed_leg is not null
            ) o
            join journal j on j.reversed_no = o.reversed_no
            join entry r on r.journal_no = j.no and r.booking_date = j.booking_date
            left join entry e on e.journal_no = o.reversed_no and e.booking_date = o.booking_date
              and e.leg = r.reversed_leg and e.account_no = r.account_no
            group by o.reversed_no, r.reversed_leg, e.amount
            having e.amount is null or bool_or(sign(r.amount) = sign(e.amount)) or sum(abs(r.amount)) > abs(e.amount)
          ) then
            raise exception 'reversals must not exceed what they reverse' using errcode = 'integrity_constraint_violation';
          end if;
        end if;

        select count(*) into broken from (
            select p.*, a.balance, a.version as account_version, a.state, a.account_id, j.kind,
              j.booking_date <> p.booking_date or j.value_date <> p.value_date as misdated,
              lag(p.version) over w as version_before, lag(p.balance_after) over w as balance_before,
              case a.normal_side when 'debit' then p.amount else -p.amount end as change,
              case a.normal_side when 'debit' then p.balance_after else -p.balance_after end as normal,
              a.floor, a.ceiling, a.decrease_frozen, a.increase_frozen, a.held
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
            or (e.kind not in (${forced}) and e.change < 0 and e.normal - (case
              when not captures then e.held
              -- What it takes within what it captures needs nothing else; captures after it have not freed theirs yet.
              when -e.change <= (select coalesce(-sum(held_change), 0) from hold_step where journal_no = e.journal_no) then 0
              else e.held - (
                select coalesce(sum(s.held_change), 0) from posted l join hold_step s on s.journal_no = l.journal_no
                where l.account_no = e.account_no and l.version > e.version and sign(l.amount) = sign(e.amount)
              ) end) < e.floor)
            or (e.kind not in (${forced}) and e.change > 0 and e.normal > e.ceiling);
        if broken > 0 then
          raise exception 'an entry breaks the chain, the limits or the state of its account'
            using errcode = 'integrity_constraint_violation';
        end if;

        if captures then
          select count(*) into broken
          from hold_step s join hold h on h.no = s.hold_no join journal j on j.no = s.journal_no
          left join lateral (
            select count(*) as legs, min(account_no) filter (where amount = s.amount) as debited,
              min(account_no) filter (where amount = -s.amount) as credited
            from entry where journal_no = s.journal_no and booking_date = j.booking_date
          ) e on true
          where s.journal_no in (select journal_no from posted)
            and (e.legs, e.debited, e.credited) is distinct from (2, h.debit_account_no, h.credit_account_no);
          if broken > 0 then
            raise exception 'a capture must book what it captures' using errcode = 'integrity_constraint_violation';
          end if;
        end if;

        update ledger_account a set balance = p.balance_after, version = p.version
        from (
          select distinct on (account_no) account_no, version, balance_after,
            count(*) over (partition by account_no) as entries
          from posted order by account_no, version desc
        ) p
        where a.no = p.account_no and a.version = p.version - p.entries;
        get diagnostics moved = row_count;
        if moved <> (select count(distinct account_no) from posted) then
          raise exception 'an account was moved by another transaction' using errcode = 'integrity_constraint_violation';
        end if;
        return null;
      end $$;
  `;
}
