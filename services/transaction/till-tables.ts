// The statements of tills and of their journals.
import { type RawBuilder, sql } from 'kysely';
import type { TillEntryKind, TillEntryState, TillState } from './domain/tills.ts';

/** A till, with what should be in it. Amounts are minor units as text. */
export interface TillRow {
  readonly id: string;
  readonly branchId: string;
  readonly drawerNumber: number;
  readonly tellerId: string;
  readonly currency: string;
  readonly state: TillState;
  readonly float: string;
  readonly counted: string | null;
  readonly counts: readonly (readonly [denomination: string, count: number])[] | null;
  readonly difference: string | null;
  readonly differenceReason: string | null;
  readonly openDate: string | null;
  readonly closeDate: string | null;
  readonly createTime: number;
  /** What is booked of what went through it. */
  readonly balance: string;
  /** That, less all that is to go out of it. */
  readonly available: string;
  /** What is booked, and all that is on its way. */
  readonly expected: string;
  /** How much of what went through it is on its way. */
  readonly pending: number;
}

/** A line of a till's journal. */
export interface TillEntryRow {
  readonly tillId: string;
  readonly no: number;
  readonly kind: TillEntryKind;
  readonly state: TillEntryState;
  readonly amount: string;
  readonly journalId: string;
  readonly transactionId: string | null;
  readonly bookingDate: string | null;
  readonly createTime: number;
  readonly currency: string;
}

/** What is to go through a till. Amounts are minor units as text, negative for what goes out of it. */
export type NewTillEntry = Pick<TillEntryRow, 'tillId' | 'kind' | 'amount' | 'journalId' | 'transactionId'>;

/** A new till. */
export type NewTill = Pick<
  TillRow,
  'id' | 'branchId' | 'drawerNumber' | 'tellerId' | 'currency' | 'float' | 'createTime'
>;

const sumOf = (condition: RawBuilder<unknown>) => sql`
  (select coalesce(sum(e.amount), 0)::text from till_entry e where e.till_id = t.id and ${condition})
`;

const COLUMNS = sql`
  t.id, t.branch_id as "branchId", t.drawer_number as "drawerNumber", t.teller_id as "tellerId", t.currency, t.state,
  t.float::text, t.counted::text, t.counts, t.difference::text, t.difference_reason as "differenceReason",
  t.open_date::text as "openDate", t.close_date::text as "closeDate",
  floor(extract(epoch from t.create_time) * 1000)::float8 as "createTime",
  ${sumOf(sql`e.state = 'booked'`)} as balance,
  ${sumOf(sql`(e.state = 'booked' or (e.state = 'pending' and e.amount < 0))`)} as available,
  ${sumOf(sql`e.state <> 'refused'`)} as expected,
  (select count(*)::integer from till_entry e where e.till_id = t.id and e.state = 'pending') as pending
`;

/** Tills by their ids; those that do not exist are left out. */
export function selectTills(ids: readonly string[]): RawBuilder<TillRow> {
  return sql<TillRow>`select ${COLUMNS} from till t where t.id = any(${ids})`;
}

/** Locks a till until the transaction ends. It is read by another statement, which sees what whoever had the lock has done. */
export function lockTill(id: string): RawBuilder<{ id: string }> {
  return sql<{ id: string }>`select id from till where id = ${id} for no key update`;
}

/** Has whoever opens a till wait for whoever does. */
export const lockOpenings: RawBuilder<unknown> = sql`
  select pg_advisory_xact_lock(hashtextextended('transaction.till', 0))
`;

const LIVE = sql`state in ('opening', 'open', 'closing')`;

/** Whether the drawer, or the teller, has a till in the currency. */
export function selectTaken(till: NewTill): RawBuilder<{ id: string }> {
  return sql<{ id: string }>`
    select id from till where ${LIVE} and currency = ${till.currency} and (
      teller_id = ${till.tellerId} or (branch_id = ${till.branchId} and drawer_number = ${till.drawerNumber})
    )
  `;
}

/** The open till of a teller in a currency. */
export function selectOpenOf(
  tellerId: string,
  currency: string,
): RawBuilder<Pick<TillRow, 'id' | 'branchId' | 'drawerNumber'>> {
  return sql`
    select id, branch_id as "branchId", drawer_number as "drawerNumber"
    from till where teller_id = ${tellerId} and currency = ${currency} and state = 'open'
  `;
}

/** Whether tills are, or ever were, kept at a branch in a currency. */
export function selectKept(branchId: string, currency: string): RawBuilder<{ id: string }> {
  return sql<{ id: string }>`
    select id from till where branch_id = ${branchId} and currency = ${currency} and state <> 'refused' limit 1
  `;
}

/** A page of tills, newest first: of a branch, or of all. */
export function selectTillsOf(filter: {
  readonly branchId: string | undefined;
  readonly state: TillState | undefined;
  readonly after: string | undefined;
  readonly limit: number;
}): RawBuilder<TillRow> {
  const { branchId, state, after, limit } = filter;
  return sql<TillRow>`
    select ${COLUMNS} from till t
    where ${branchId === undefined ? sql`true` : sql`t.branch_id = ${branchId}`} and ${state === undefined ? sql`true` : sql`t.state = ${state}`}
      and ${after === undefined ? sql`true` : sql`t.id < ${after}`}
    order by t.id desc limit ${limit}
  `;
}

/** A page of a till's journal. */
export function selectTillEntries(tillId: string, after: number, limit: number): RawBuilder<TillEntryRow> {
  return sql<TillEntryRow>`
    select e.till_id as "tillId", e.no, e.kind, e.state, e.amount::text, e.journal_id as "journalId",
      e.transaction_id as "transactionId", e.booking_date::text as "bookingDate",
      floor(extract(epoch from e.create_time) * 1000)::float8 as "createTime", t.currency
    from till_entry e join till t on t.id = e.till_id
    where e.till_id = ${tillId} and e.no > ${after} order by e.no limit ${limit}
  `;
}

/** Through which till a transaction went. */
export function selectTillOf(transactionId: string): RawBuilder<Pick<TillEntryRow, 'tillId' | 'amount'>> {
  return sql`
    select till_id as "tillId", amount::text from till_entry
    where transaction_id = ${transactionId} and kind <> 'reversal' and state <> 'refused'
  `;
}

/** Writes a till whose float is on its way. */
export function insertTill(till: NewTill): RawBuilder<unknown> {
  const { id, branchId, drawerNumber, tellerId, currency, float, createTime } = till;
  return sql`
    insert into till (id, branch_id, drawer_number, teller_id, currency, state, float, create_time)
    values (${id}, ${branchId}, ${drawerNumber}, ${tellerId}, ${currency}, 'opening', ${float}::bigint,
      ${new Date(createTime).toISOString()}::timestamptz)
  `;
}

/** Writes what is to go through a till. Its lock is held. */
export function insertTillEntry({ tillId, kind, amount, journalId, transactionId }: NewTillEntry): RawBuilder<unknown> {
  return sql`
    insert into till_entry (till_id, no, kind, state, amount, journal_id, transaction_id, create_time)
    select ${tillId}, coalesce(max(no), 0) + 1, ${kind}, 'pending', ${amount}::bigint, ${journalId}, ${transactionId},
      clock_timestamp()
    from till_entry where till_id = ${tillId}
  `;
}

/** Writes what became of what was to go through a till: booked on a day, or refused. */
export function settleTillEntries(journalId: string, bookingDate: string | null): RawBuilder<unknown> {
  return sql`
    update till_entry set state = ${bookingDate === null ? 'refused' : 'booked'}, booking_date = ${bookingDate}::date
    where journal_id = ${journalId} and state = 'pending'
  `;
}

/** Writes that a till is open since a day, or that it never was. */
export function openTillRow(id: string, openDate: string | null): RawBuilder<unknown> {
  return sql`
    update till set state = ${openDate === null ? 'refused' : 'open'}, open_date = ${openDate}::date where id = ${id}
  `;
}

/** What was counted at the end of a till. */
export interface Count {
  readonly counted: string;
  readonly counts: TillRow['counts'];
  readonly difference: string;
  readonly differenceReason: string | null;
}

/** Writes that a till is counted: nothing goes through it any more. */
export function countTill(id: string, { counted, counts, difference, differenceReason }: Count): RawBuilder<unknown> {
  return sql`
    update till set state = 'closing', counted = ${counted}::bigint, counts = ${JSON.stringify(counts)}::jsonb,
      difference = ${difference}::bigint, difference_reason = ${differenceReason}
    where id = ${id}
  `;
}

/** Writes that a till is closed. */
export function closeTillRow(id: string, closeDate: string): RawBuilder<unknown> {
  return sql`update till set state = 'closed', close_date = ${closeDate}::date where id = ${id}`;
}

/** How many tills were closed on a day, and how many are open that were so on it. */
export function countTills(date: string): RawBuilder<{ closed: number; open: number }> {
  return sql<{ closed: number; open: number }>`
    select count(*) filter (where state = 'closed')::integer as closed,
      count(*) filter (where state <> 'closed')::integer as open
    from till where close_date = ${date}::date or (${LIVE} and open_date <= ${date}::date)
  `;
}
