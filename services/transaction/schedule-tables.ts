// The tables of scheduled payments.
import { type RawBuilder, sql } from 'kysely';
import { sqlArray } from '#chassis/sql-array.ts';
import type { Due, Progress, ScheduleState, Terms } from './domain/scheduling.ts';
import type { State } from './domain/words.ts';

/** A scheduled payment as it stands in the database. */
export interface ScheduleRow extends Terms, Progress {
  readonly id: string;
  readonly debtorAccountId: string;
  readonly creditorAccountId: string | null;
  readonly partyId: string;
  readonly currency: string;
  readonly particulars: Buffer | null;
  /** As whom it is paid: a bank.type.v1.Actor as JSON. */
  readonly actor: unknown;
  /** Whether they had to prove it, and did. */
  readonly proved: boolean;
  readonly underWay: boolean;
  readonly version: number;
  readonly revision: number;
  readonly eventCount: number;
  readonly externalReference: string | null;
  readonly createTime: number;
}

/** A step in its life. */
export interface ScheduleChange {
  readonly state: ScheduleState;
  readonly version: number;
  readonly reason: string;
  readonly actorId: string;
  readonly time: number;
}

interface Raw extends Omit<ScheduleRow, 'amount' | 'maximumTotal' | 'paidTotal' | 'startDate'> {
  readonly startDate: string | null;
  readonly amount: string;
  readonly maximumTotal: string | null;
  readonly paidTotal: string;
}

const COLUMNS = sql`
  s.id, s.state, s.debtor_account_id as "debtorAccountId", s.creditor_account_id as "creditorAccountId",
  s.party_id as "partyId", s.currency, s.amount::text, s.sweeps, s.start_date::text as "startDate",
  s.recurrence_rule as "recurrenceRule", s.business_day_convention as "businessDayConvention",
  s.calendar_code as "calendarCode", s.end_date::text as "endDate", s.maximum_count as "maximumCount",
  s.maximum_total::text as "maximumTotal", s.retry_days as "retryDays", s.particulars, s.actor, s.proved,
  s.due_date::text as "dueDate", s.run_date::text as "runDate", s.attempt, s.under_way as "underWay",
  s.paid_count as "paidCount", s.paid_total::text as "paidTotal", s.version, s.revision,
  s.event_count as "eventCount", s.external_reference as "externalReference",
  floor(extract(epoch from s.create_time) * 1000)::float8 as "createTime"
`;

/** A scheduled payment by its id. */
export function selectSchedule(id: string): RawBuilder<Raw> {
  return sql<Raw>`select ${COLUMNS} from scheduled_payment s where s.id = ${id}`;
}

/** The same, locked until the transaction ends. */
export function lockSchedule(id: string): RawBuilder<Raw> {
  return sql<Raw>`select ${COLUMNS} from scheduled_payment s where s.id = ${id} for no key update of s`;
}

/** Those of an account, oldest first. */
export function selectSchedules(
  accountId: string,
  { state, after, limit }: { state: ScheduleState | undefined; after: string; limit: number },
): RawBuilder<Raw> {
  return sql<Raw>`
    select ${COLUMNS} from scheduled_payment s
    where s.debtor_account_id = ${accountId} and s.id > ${after}
      and ${state === undefined ? sql`true` : sql`s.state = ${state}`}
    order by s.id limit ${limit}
  `;
}

/** Those that are to be paid on a business day, or should have been before. */
export function selectDue(until: string, after: string, limit: number): RawBuilder<Raw> {
  return sql<Raw>`
    select ${COLUMNS} from scheduled_payment s
    where s.state = 'active' and not s.under_way and s.run_date <= ${until}::date and s.id > ${after}
    order by s.id limit ${limit}
  `;
}

/** Whose accounts they take from. */
export function selectDebtors(ids: readonly string[]): RawBuilder<{ id: string; debtorAccountId: string }> {
  return sql<{ id: string; debtorAccountId: string }>`
    select id, debtor_account_id as "debtorAccountId" from scheduled_payment where id = any(${[...ids]})
  `;
}

/** The last day of one of which something became: one that was paid on a business day before it may be to come. */
export function selectLastRun(id: string): RawBuilder<{ dueDate: string | null }> {
  return sql<{ dueDate: string | null }>`
    select max(due_date)::text as "dueDate" from scheduled_payment_run where scheduled_payment_id = ${id}
  `;
}

/** Whether a reference of another bank was brought in. */
export function selectImported(externalReference: string): RawBuilder<{ id: string }> {
  return sql<{ id: string }>`select id from scheduled_payment where external_reference = ${externalReference}`;
}

/** The scheduled payment in a row. */
export function scheduleFrom(raw: Raw): ScheduleRow {
  const { amount, maximumTotal, paidTotal, startDate } = raw;
  return {
    ...raw,
    startDate: startDate ?? '',
    amount: BigInt(amount),
    maximumTotal: maximumTotal === null ? null : BigInt(maximumTotal),
    paidTotal: BigInt(paidTotal),
  };
}

/** Writes a new one. */
export function insertSchedule(row: ScheduleRow): RawBuilder<unknown> {
  return sql`
    insert into scheduled_payment (id, state, debtor_account_id, creditor_account_id, party_id, currency, amount, sweeps,
      start_date, recurrence_rule, business_day_convention, calendar_code, end_date, maximum_count, maximum_total,
      retry_days, particulars, actor, proved, due_date, run_date, event_count, external_reference, create_time)
    values (${row.id}, ${row.state}, ${row.debtorAccountId}, ${row.creditorAccountId}, ${row.partyId}, ${row.currency},
      ${row.amount}::bigint, ${row.sweeps}, ${row.startDate || null}::date, ${row.recurrenceRule},
      ${row.businessDayConvention}, ${row.calendarCode}, ${row.endDate}::date, ${row.maximumCount},
      ${row.maximumTotal}::bigint, ${row.retryDays}, ${row.particulars}, ${JSON.stringify(row.actor)}::jsonb,
      ${row.proved}, ${row.dueDate}::date, ${row.runDate}::date, ${row.eventCount}, ${row.externalReference},
      to_timestamp(${row.createTime}::float8 / 1000))
  `;
}

/** Writes all that can change of one: its terms, and how far it is. */
export function updateSchedule(row: ScheduleRow): RawBuilder<unknown> {
  return sql`
    update scheduled_payment set state = ${row.state}, amount = ${row.amount}::bigint, sweeps = ${row.sweeps},
      start_date = ${row.startDate || null}::date, recurrence_rule = ${row.recurrenceRule},
      business_day_convention = ${row.businessDayConvention}, calendar_code = ${row.calendarCode},
      end_date = ${row.endDate}::date, maximum_count = ${row.maximumCount}, maximum_total = ${row.maximumTotal}::bigint,
      retry_days = ${row.retryDays}, particulars = ${row.particulars}, actor = ${JSON.stringify(row.actor)}::jsonb,
      proved = ${row.proved}, due_date = ${row.dueDate}::date, run_date = ${row.runDate}::date,
      attempt = ${row.attempt}, under_way = ${row.underWay}, paid_count = ${row.paidCount},
      paid_total = ${row.paidTotal}::bigint, version = ${row.version}, revision = revision + 1,
      event_count = ${row.eventCount}
    where id = ${row.id}
  `;
}

/** Logs a step in the life of one: the number of its event. */
export function insertScheduleChange(row: ScheduleRow, no: number, change: ScheduleChange): RawBuilder<unknown> {
  const { amount, sweeps, startDate, recurrenceRule, businessDayConvention, calendarCode } = row;
  const { endDate, maximumCount, maximumTotal, retryDays } = row;
  const terms = {
    amount: String(amount),
    sweeps,
    startDate,
    recurrenceRule,
    businessDayConvention,
    calendarCode,
    endDate,
    maximumCount,
    maximumTotal: maximumTotal === null ? null : String(maximumTotal),
    retryDays,
  };
  return sql`
    insert into scheduled_payment_change (scheduled_payment_id, no, state, version, reason, actor_id, terms, change_time)
    values (${row.id}, ${no}, ${change.state}, ${change.version}, ${change.reason}, ${change.actorId},
      ${JSON.stringify(terms)}::jsonb, to_timestamp(${change.time}::float8 / 1000))
  `;
}

/** The life of some, oldest first. */
export function selectScheduleChanges(ids: readonly string[]): RawBuilder<ScheduleChange & { readonly id: string }> {
  return sql<ScheduleChange & { readonly id: string }>`
    select scheduled_payment_id as id, state, version, reason, actor_id as "actorId",
      floor(extract(epoch from change_time) * 1000)::float8 as time
    from scheduled_payment_change where scheduled_payment_id = any(${[...ids]}) order by scheduled_payment_id, no
  `;
}

/** What became of a day: `ordered` has a transaction, which tells the rest. */
export interface NewRun extends Due {
  readonly id: string;
  readonly attempt: number;
  readonly outcome: 'ordered' | 'refused' | 'skipped';
  readonly reason: string;
  readonly amount: bigint | null;
  readonly transactionId: string | null;
}

/** Writes what became of days. */
export function insertRuns(runs: readonly NewRun[]): RawBuilder<unknown> {
  return sql`
    insert into scheduled_payment_run (scheduled_payment_id, due_date, attempt, run_date, outcome, reason, amount,
      transaction_id, create_time)
    select *, now() from unnest(
      ${sqlArray(runs.map(({ id }) => id))}::text[],
      ${sqlArray(runs.map(({ dueDate }) => dueDate))}::date[],
      ${sqlArray(runs.map(({ attempt }) => attempt))}::integer[],
      ${sqlArray(runs.map(({ runDate }) => runDate))}::date[],
      ${sqlArray(runs.map(({ outcome }) => outcome))}::text[],
      ${sqlArray(runs.map(({ reason }) => reason))}::text[],
      ${sqlArray(runs.map(({ amount }) => amount))}::bigint[],
      ${sqlArray(runs.map(({ transactionId }) => transactionId))}::text[]
    )
  `;
}

/** Writes that the ledger refused what was ordered. */
export function refuseRun({ id, dueDate, attempt, reason }: Pick<NewRun, 'id' | 'dueDate' | 'attempt' | 'reason'>) {
  return sql`
    update scheduled_payment_run set outcome = 'refused', reason = ${reason}
    where scheduled_payment_id = ${id} and due_date = ${dueDate}::date and attempt = ${attempt}
  `;
}

/** A run as the database answers it, with what its transaction came to. */
export interface RunRow extends Omit<NewRun, 'amount' | 'id'> {
  readonly amount: string | null;
  readonly currency: string;
  readonly createTime: number;
  readonly transactionState: State | null;
  /** Why its transaction was refused. */
  readonly transactionReason: string | null;
}

/** The runs of one before a day and a try, newest first. */
export function selectRuns(id: string, after: readonly [string, number] | undefined, limit: number) {
  return sql<RunRow>`
    select r.due_date::text as "dueDate", r.attempt, r.run_date::text as "runDate", r.outcome, r.reason,
      r.amount::text, r.transaction_id as "transactionId", s.currency,
      floor(extract(epoch from r.create_time) * 1000)::float8 as "createTime", t.state as "transactionState",
      case when t.state = 'refused' then (
        select c.reason from state_change c where c.transaction_id = t.id order by c.no desc limit 1
      ) end as "transactionReason"
    from scheduled_payment_run r join scheduled_payment s on s.id = r.scheduled_payment_id
    left join transaction t on t.id = r.transaction_id
    where r.scheduled_payment_id = ${id}
      and ${after === undefined ? sql`true` : sql`(r.due_date, r.attempt) < (${after[0]}::date, ${after[1]}::integer)`}
    order by r.due_date desc, r.attempt desc limit ${limit}
  `;
}

/** How many were tried on a business day, and how many of them were refused. */
export function countRuns(runDate: string): RawBuilder<{ done: number; refused: number }> {
  return sql<{ done: number; refused: number }>`
    select count(*) filter (where outcome <> 'refused')::int as done,
      count(*) filter (where outcome = 'refused')::int as refused
    from scheduled_payment_run where run_date = ${runDate}::date
  `;
}
