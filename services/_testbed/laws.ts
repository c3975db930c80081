// The laws of the ledger, recomputed from its rows by plain SQL that shares nothing with the ledger's own code. Asked
// after every journey and every fault.
import { fromBinary } from '@bufbuild/protobuf';
import pg from 'pg';
import { JournalsPostedSchema } from '#gen/bank/ledger/v1/ledger_events_pb.ts';
import { EventEnvelopeSchema } from '#gen/bank/type/v1/event_pb.ts';

/** Every law, as a statement that finds what breaks it: a text each. */
const LAWS: Readonly<Record<string, string>> = {
  'a journal balances in every currency': `
    select j.id || ' is out by ' || sum(e.amount) || ' ' || a.currency as broken
    from entry e join journal j on j.no = e.journal_no join ledger_account a on a.no = e.account_no
    group by j.id, a.currency having sum(e.amount) <> 0`,
  'the bank is in balance in every currency': `
    select a.currency || ' is out by ' || sum(e.amount) as broken
    from entry e join ledger_account a on a.no = e.account_no group by a.currency having sum(e.amount) <> 0`,
  'the balances of all accounts add up to zero': `
    select currency || ' is out by ' || sum(balance) as broken
    from ledger_account group by currency having sum(balance) <> 0`,
  "an account's versions have no gap": `
    select a.id || ' has ' || count(e.version) || ' entries, the last ' || coalesce(max(e.version), 0)
      || ', and is at version ' || a.version as broken
    from ledger_account a left join entry e on e.account_no = a.no
    group by a.no having a.version <> count(distinct e.version) or a.version <> count(e.version) or a.version <> coalesce(max(e.version), 0)`,
  'a balance is the one before it and the amount': `
    select a.id || ' at version ' || c.version as broken
    from (
      select account_no, version, amount, balance_after,
        coalesce(lag(balance_after) over (partition by account_no order by version), 0) as before
      from entry
    ) c join ledger_account a on a.no = c.account_no
    where c.balance_after <> c.before + c.amount`,
  "an account's balance is that after its last entry": `
    select a.id || ' has ' || a.balance || ', its last entry ' || coalesce(e.balance_after, 0) as broken
    from ledger_account a left join entry e on e.account_no = a.no and e.version = a.version
    where a.balance <> coalesce(e.balance_after, 0)`,
  'an entry belongs to a posted journal and an account': `
    select 'entry ' || e.account_no || '/' || e.version as broken
    from entry e left join journal j on j.no = e.journal_no left join ledger_account a on a.no = e.account_no
    where j.no is null or j.refusal is not null or a.no is null`,
  'a journal is booked whole, and a refused one not at all': `
    select j.id || ' has ' || count(e.leg) || ' of ' || j.leg_count || ' legs' as broken
    from journal j left join entry e on e.journal_no = j.no
    group by j.no having count(e.leg) <> j.leg_count or coalesce(max(e.leg) + 1, 0) <> j.leg_count`,
  'an entry has the dates of its journal': `
    select j.id as broken from entry e join journal j on j.no = e.journal_no
    where e.booking_date <> j.booking_date or e.value_date <> j.value_date`,
  'reversals never exceed what they reverse': `
    select o.id || ' leg ' || coalesce(r.reversed_leg, -1) as broken
    from journal o join journal j on j.reversed_no = o.no join entry r on r.journal_no = j.no
    left join entry e on e.journal_no = o.no and e.leg = r.reversed_leg and e.account_no = r.account_no
    group by o.id, r.reversed_leg, e.amount
    having e.amount is null or abs(sum(r.amount)) > abs(e.amount) or bool_or(sign(r.amount) = sign(e.amount))`,
  'a reversal is never reversed': `
    select j.id as broken from journal j join journal o on o.no = j.reversed_no where o.reversed_no is not null`,
  'a closed account is empty': `
    select id as broken from ledger_account group by id having bool_or(state = 'closed') and sum(balance) <> 0`,
  'stripes are as their accounts are, which take no entries': `
    select s.id || '/' || s.stripe as broken from ledger_account s left join ledger_account a on a.id = s.id and a.stripe = 0
    where (s.stripe > 0 and (not a.striped or (s.currency, s.normal_side, s.general_ledger_code, s.state, s.decrease_frozen, s.increase_frozen)
        is distinct from (a.currency, a.normal_side, a.general_ledger_code, a.state, a.decrease_frozen, a.increase_frozen)))
      or (s.striped and s.stripe = 0 and s.version <> 0)`,
  'one day is open, and days follow one another': `
    select 'from ' || min(date) || ' to ' || max(date) as broken from business_day
    having count(*) filter (where state = 'open') <> 1 or max(date) <> min(date) filter (where state = 'open')
      or count(*) <> max(date) - min(date) + 1`,
  'only history is booked outside the days of the ledger': `
    select j.id as broken from journal j left join business_day d on d.date = j.booking_date
    where j.refusal is null and d.date is null
      and (j.kind <> 'migration' or j.booking_date > (select max(date) from business_day))`,
  'known times of an account never go back': `
    select a.id || ' at version ' || c.version as broken
    from (
      select e.account_no, e.version, j.known_time,
        lag(j.known_time) over (partition by e.account_no order by e.version) as before
      from entry e join journal j on j.no = e.journal_no
    ) c join ledger_account a on a.no = c.account_no
    where c.known_time < c.before`,
  'every entry is in the general ledger once': `
    select code || ' ' || currency || ' on ' || booking_date || ' by ' || kind || ' has ' || coalesce(p.amount, 0)
      || ' of ' || coalesce(p.count, 0) || ' entries, and there are ' || coalesce(e.amount, 0) || ' of '
      || coalesce(e.count, 0) as broken
    from (
      select code, currency, booking_date, kind, sum(debit - credit) as amount, sum(entry_count) as count
      from general_ledger_posting group by 1, 2, 3, 4
    ) p full join (
      select a.general_ledger_code as code, a.currency, e.booking_date, j.kind, sum(e.amount) as amount, count(*) as count
      from entry e join ledger_account a on a.no = e.account_no join journal j on j.no = e.journal_no group by 1, 2, 3, 4
    ) e using (code, currency, booking_date, kind)
    where p.amount is distinct from e.amount or p.count is distinct from e.count`,
  'the general ledger is in balance in every currency on every day': `
    select currency || ' is out by ' || sum(debit - credit) || ' on ' || booking_date as broken
    from general_ledger_posting group by currency, booking_date having sum(debit) <> sum(credit)`,
  'a journal falls where its kind is wired to': `
    select j.id || ' falls on ' || a.general_ledger_code as broken
    from entry e join journal j on j.no = e.journal_no join ledger_account a on a.no = e.account_no
    left join general_ledger_wiring w on w.kind = j.kind and w.code = a.general_ledger_code
    where j.kind <> 'reversal' and w.kind is null`,
  'a journal corrects what its owner has posted': `
    select j.id as broken from journal j left join journal o on o.no = j.corrected_no
    where j.corrected_no is not null and (o.no is null or o.refusal is not null or o.owner <> j.owner or o.no = j.no)`,
  'a period is closed by its journals, and they by its period': `
    select coalesce(r.journal_id, j.id) || ' and its period' as broken
    from (select * from journal where kind = 'period_close' and refusal is null) j
    full join (
      select r.* from period_result r join accounting_period p on p.no = r.period_no where p.state <> 'refused'
    ) r on r.journal_id = j.id
    left join accounting_period p on p.no = r.period_no
    left join lateral (
      select -sum(e.amount) as amount from entry e join ledger_account a on a.no = e.account_no
      join general_ledger_account g on g.code = a.general_ledger_code and g.type = 'equity' where e.journal_no = j.no
    ) taken on true
    where r.journal_id is null or (p.state = 'closed' and j.no is null)
      or (j.no is not null and (j.value_date <> p.end_date or coalesce(taken.amount, 0) <> r.income - r.expenses))`,
  'accounting periods follow one another': `
    select 'that up to ' || end_date as broken
    from (
      select start_date, end_date, lag(end_date) over (order by end_date) as before
      from accounting_period where state <> 'refused'
    ) p where start_date is distinct from before + 1`,
  'blocks continue their lane': `
    select 'block ' || b.height || ' of lane ' || b.lane_no as broken
    from block b left join block p on p.lane_no = b.lane_no and p.height = b.height - 1
    where (p.height is null) <> (b.height = 0)
      or b.previous_hash <> coalesce(p.hash, decode(repeat('00', 32), 'hex'))
      or b.first_position <> coalesce(p.first_position + p.leaf_count, 0)
      or b.hash <> block_hash(row(b.*)::public.block)`,
  'every journal and every step of a hold stands in its block': `
    select 'block ' || coalesce(b.height, j.block_height) || ' of lane ' || coalesce(b.lane_no, j.lane_no) as broken
    from block b full join (
      select lane_no, block_height, count(*) as count, count(distinct position) as places, min(position) as first,
        max(position) as last
      from (
        select lane_no, block_height, position from journal
        union all select lane_no, block_height, position from hold_step
      ) l group by 1, 2
    ) j on j.lane_no = b.lane_no and j.block_height = b.height
    where j.count is distinct from b.leaf_count or j.places <> j.count or j.first <> b.first_position
      or j.last <> b.first_position + b.leaf_count - 1`,
  'a hold is as its steps left it': `
    select h.id || ' is ' || coalesce(h.state, 'nothing') || ' at version ' || h.version as broken
    from hold h left join lateral (
      select count(*) as count, max(version) as last, min(version) as first, coalesce(sum(amount), 0) as captured,
        (array_agg(kind order by version desc))[1] as kind, (array_agg(state order by version desc))[1] as state,
        sum(held_change) as held, count(*) filter (where kind in ('place', 'release', 'expire')) as ends
      from hold_step s where s.hold_no = h.no
    ) s on true
    where (s.count, s.last, s.first, s.captured, s.state, s.held)
        is distinct from (h.version, h.version, 1, h.captured, h.state, h.held)
      or h.captured > h.capture_limit or s.ends > 2
      or h.held <> case h.state when 'open' then h.amount - h.captured else 0 end`,
  'nothing follows the end of a hold': `
    select h.id || ' at version ' || s.version as broken
    from hold_step s join hold h on h.no = s.hold_no where s.state <> 'open' and s.version <> h.version`,
  'what is held of an account is what its open holds hold': `
    select a.id || ' has ' || a.held || ' held and ' || a.pending_in || ' pending in' as broken
    from ledger_account a left join (
      select l.no, sum(l.held) filter (where l.side <> b.normal_side) as held,
        sum(l.held) filter (where l.side = b.normal_side) as pending_in
      from (
        select debit_account_no as no, 'debit' as side, held from hold where state = 'open'
        union all select credit_account_no, 'credit', held from hold where state = 'open'
      ) l join ledger_account b on b.no = l.no group by l.no
    ) h on h.no = a.no
    where a.held <> coalesce(h.held, 0) or a.pending_in <> coalesce(h.pending_in, 0)`,
  'a capture books what it captures': `
    select j.id || ' and ' || h.id as broken
    from hold_step s join hold h on h.no = s.hold_no join journal j on j.no = s.journal_no
    left join entry d on d.journal_no = j.no and d.account_no = h.debit_account_no and d.amount = s.amount
    left join entry c on c.journal_no = j.no and c.account_no = h.credit_account_no and c.amount = -s.amount
    where s.kind = 'capture' and (j.leg_count <> 2 or d.leg is null or c.leg is null)`,
  'every step of a hold was published once': `
    select h.id || ' has ' || count(o.event_id) || ' events' as broken
    from hold h left join outbox o on o.aggregate_id = h.id group by h.no having count(o.event_id) <> h.version`,
  'the events of a thing are numbered from 1 without a gap': `
    select aggregate_id || ' has ' || count(*) || ' events, the last ' || max(aggregate_sequence) as broken
    from outbox group by aggregate_id
    having count(*) <> max(aggregate_sequence) or count(distinct aggregate_sequence) <> count(*)`,
};

const SHOWN = 5;

/** What breaks a law in a ledger's database (its URL as superuser or owner): a sentence each, none when all is well. */
export async function brokenLaws(url: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    // Rows that were written a moment ago have no statistics yet, without which a law may take minutes.
    await client.query(
      'analyze journal, block, entry, ledger_account, outbox, business_day, general_ledger_posting, hold, hold_step',
    );
    // One snapshot for all laws, so that a ledger at work is seen at one moment.
    await client.query('begin isolation level repeatable read read only');
    const broken: string[] = [];
    for (const [law, statement] of Object.entries(LAWS)) {
      // Materialized, because a limit would have the planner bet that what breaks the law comes early.
      const found = `with found as materialized (${statement}) select broken from found limit ${SHOWN}`;
      const { rows } = await client.query<{ broken: string }>(found);
      broken.push(...rows.map((row) => `${law}: ${row.broken}`));
    }
    broken.push(...(await brokenTelling(client)).slice(0, SHOWN));
    return broken;
  } finally {
    await client.end();
  }
}

/** What breaks the law that every posted journal was published once: which ones were is in the events alone. */
async function brokenTelling(client: pg.Client): Promise<string[]> {
  const { rows: journals } = await client.query<{ id: string }>('select id from journal where refusal is null');
  const { rows: events } = await client.query<{ type: string; id: string; envelope: Buffer }>(
    `select type, aggregate_id as id, envelope from outbox where type like 'bank.ledger.v1.Journal%'`,
  );
  const told = new Map<string, number>();
  for (const { type, id, envelope } of events) {
    for (const journalId of type === JournalsPostedSchema.typeName ? journalsOf(envelope) : [id]) {
      told.set(journalId, (told.get(journalId) ?? 0) + 1);
    }
  }
  const posted = new Set(journals.map(({ id }) => id));
  const wrong = [...posted.union(told)].filter((id) => told.get(id) !== 1 || !posted.has(id));
  return wrong.map((id) => `every posted journal was published once: ${id} has ${told.get(id) ?? 0} events`);
}

function journalsOf(envelope: Buffer): string[] {
  const { journals } = fromBinary(JournalsPostedSchema, fromBinary(EventEnvelopeSchema, envelope).payload);
  return journals.map(({ journal }) => journal?.journalId ?? '');
}

/** Throws when a law of the ledger is broken. */
export async function checkLaws(url: string): Promise<void> {
  const broken = await brokenLaws(url);
  if (broken.length > 0) throw new Error(`The ledger's laws are broken.\n${broken.join('\n')}`);
}
