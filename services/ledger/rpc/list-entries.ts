import { type RawBuilder, sql } from 'kysely';
import type { Database } from '#chassis/database.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { sqlArray } from '#chassis/sql-array.ts';
import type { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { ListEntriesRequestSchema } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { type AsOf, openAt, versionKnown } from '../balances-as-of.ts';
import type { Context } from '../context.ts';
import { readDay } from '../dates.ts';
import type { Kind } from '../domain/kinds.ts';
import { refuse } from '../domain/refusals.ts';
import { balanceMessage, entryMessage } from '../messages.ts';

interface AccountRow {
  no: string;
  id: string;
  currency: string;
  normalSide: 'debit' | 'credit';
  striped: boolean;
  stripe: string;
  /** The last version that counts. */
  known: string;
  /** After all entries that there are, debit-positive. */
  balance: string;
}

interface Row {
  stripe: string;
  version: string;
  journalId: string;
  kind: Kind;
  leg: number;
  amount: string;
  balanceAfter: string;
  reversedLeg: number | null;
  bookingDate: string;
  valueDate: string;
}

/** A stripe of the account, or all of an account that has none, as far as it is listed. */
interface Stripe {
  readonly no: string;
  readonly stripe: string;
  /** The last version that counts. */
  readonly known: string;
  /** After all entries that there are, debit-positive. */
  readonly balance: string;
  /** The last version that was shown, if it was on the day at which the page before ended. */
  readonly shown: string | undefined;
}

/** What a range comes to: the balances before and after it, debit-positive. */
interface Totals {
  readonly opening: bigint;
  readonly closing: bigint;
}

/**
 * Where a page begins: on this day, after what was shown of it. The running balance (debit-positive) goes on, and the totals
 * stay those of the first page.
 */
interface Position extends Totals {
  readonly bookingDate: string;
  readonly running: bigint;
}

/** Lists the entries of a ledger account with their running balance. */
export function listEntries({ database, pages, knownTime }: Context): Rpcs<typeof LedgerService>['listEntries'] {
  return async (request, call) => {
    const { size, after } = pages.read(ListEntriesRequestSchema, request);
    const from = readDay('from_date', request.fromDate) ?? '-infinity';
    const to = readDay('to_date', request.toDate) ?? 'infinity';
    if (request.fromDate !== '' && request.toDate !== '' && from > to)
      throw refuse('DATE_INVALID', { field: 'to_date' });
    const asOf: AsOf = {
      valueDate: readDay('as_of_value_date', request.asOfValueDate),
      knownAt: request.knownAt && (await knownTime.settled(request.knownAt, call)),
    };
    const rowsOfAccount = await readAccount(database, request.ledgerAccountId, asOf);
    const { id: accountId, currency, normalSide } = rowsOfAccount[0];
    const position = after && positionOf(after);
    const stripes = stripesOf(rowsOfAccount, after?.slice(POSITION));
    const striped = rowsOfAccount[0].striped;
    const lateAfter = striped || request.fromDate === '' ? undefined : request.lateAfterVersion;
    const range = { from, to, valueDate: asOf.valueDate ?? 'infinity', lateAfter };
    const totals = position ?? (await readTotals(database, stripes, range, asOf));
    const { opening, closing } = totals;
    const shape = { ...range, position, limit: size + 1, newest: request.newestFirst };
    const rows = await readPage(database, stripes, shape);
    let running = position?.running ?? (request.newestFirst ? closing : opening);
    const page = rows.slice(0, size);
    const entries = page.map((row) => {
      const amount = BigInt(row.amount);
      // Newest first, the balance after an entry is known before the entry is taken off it.
      if (!request.newestFirst) running += amount;
      const shown = running;
      if (request.newestFirst) running -= amount;
      const numbers = { version: BigInt(row.version), amount, balanceAfter: BigInt(row.balanceAfter) };
      return entryMessage({ ...row, ...numbers, stripe: Number(row.stripe), accountId, currency, normalSide }, shown);
    });
    const next =
      rows.length > size
        ? nextPosition(stripes, page, { ...totals, before: position?.bookingDate, running })
        : undefined;
    return {
      entries,
      nextPageToken: next ? pages.next(ListEntriesRequestSchema, request, next) : '',
      openingBalance: balanceMessage(currency, normalSide, opening),
      closingBalance: balanceMessage(currency, normalSide, closing),
      knownVersion: striped ? 0 : Number(stripes[0]?.known ?? 0),
    };
  };
}

/** The account, and after it its stripes. */
async function readAccount(database: Database, id: string, asOf: AsOf): Promise<[AccountRow, ...AccountRow[]]> {
  const [account, ...stripes] = await database.query(sql<AccountRow>`
    select no, id, currency, normal_side as "normalSide", striped, stripe, balance, ${versionKnown(asOf)} as known
    from ledger_account a where id = ${id} and ${openAt(asOf)} order by stripe
  `);
  if (!account) throw refuse('LEDGER_ACCOUNT_NOT_FOUND');
  return [account, ...stripes];
}

/** What is listed: of later pages, of each stripe what counted when the first was read. */
function stripesOf([account, ...stripes]: readonly [AccountRow, ...AccountRow[]], listed: readonly string[] = []) {
  const then = new Map(
    listed.map((text) => text.split(':')).map(([stripe, known, shown]) => [stripe, { known, shown }]),
  );
  return (account.striped ? stripes : [account]).flatMap((one): Stripe[] => {
    const before = then.get(one.stripe);
    if (listed.length > 0 && !before) return [];
    return [{ ...one, known: before?.known ?? one.known, shown: before?.shown || undefined }];
  });
}

/** So much of a page token is the position; what follows are the stripes. */
const POSITION = 4;

function positionOf([bookingDate = '', ...sums]: readonly string[]): Position {
  const [running = 0n, opening = 0n, closing = 0n] = sums.slice(0, POSITION - 1).map(BigInt);
  return { bookingDate, running, opening, closing };
}

/** Where the page after this one begins, as its token says it. */
function nextPosition(
  stripes: readonly Stripe[],
  page: readonly Row[],
  { before, running, opening, closing }: Totals & { readonly before: string | undefined; readonly running: bigint },
): string[] {
  const day = page.at(-1)?.bookingDate ?? '';
  const last = new Map(page.filter(({ bookingDate }) => bookingDate === day).map((row) => [row.stripe, row.version]));
  const places = stripes.map(({ stripe, known, shown }) => {
    return `${stripe}:${known}:${last.get(stripe) ?? (day === before ? (shown ?? '') : '')}`;
  });
  return [day, String(running), String(opening), String(closing), ...places];
}

interface Range {
  readonly from: string;
  readonly to: string;
  readonly valueDate: string;
  /** Of earlier days, what came after this version is listed too. */
  readonly lateAfter: number | undefined;
}

/** What a range comes to: what was booked late on days before it is of the range, and not of the balance before it. */
async function readTotals(database: Database, stripes: readonly Stripe[], range: Range, asOf: AsOf): Promise<Totals> {
  const { opening, closing } = await readTotalsByDay(database, stripes, range, asOf);
  if (range.lateAfter === undefined) return { opening, closing };
  const [late] = await database.query(sql<{ sum: string }>`
    with ${withStripes(stripes)}
    select coalesce(sum(amount), 0) as sum from s join entry e on ${counts(range.valueDate)} and ${isLate(range)}
  `);
  return { opening: opening - BigInt(late?.sum ?? 0), closing };
}

/** Whether entry `e` is of a day before the range, and came late. By version it is found without reading what came before. */
function isLate({ from, lateAfter = 0 }: Range): RawBuilder<unknown> {
  return sql`e.version > ${lateAfter}::bigint and e.booking_date < ${from}::date`;
}

/**
 * What days come to. Of an account as it is, the balance is known, and only what is booked since the first day of the
 * range has to be taken off it; as it was, all is summed.
 */
async function readTotalsByDay(
  database: Database,
  stripes: readonly Stripe[],
  { from, to, valueDate }: Range,
  asOf: AsOf,
): Promise<Totals> {
  const totals = async (opening: RawBuilder<unknown>, closing: RawBuilder<unknown>, read: RawBuilder<unknown>) => {
    const [row] = await database.query(sql<{ opening: string; closing: string }>`
      with ${withStripes(stripes)}
      select coalesce(sum(amount) filter (where ${opening}), 0) as opening,
        coalesce(sum(amount) filter (where ${closing}), 0) as closing
      from s join entry e on ${counts(valueDate)} and ${read}
    `);
    return { opening: BigInt(row?.opening ?? 0), closing: BigInt(row?.closing ?? 0) };
  };
  if (asOf.valueDate !== undefined || asOf.knownAt !== undefined) {
    return totals(sql`booking_date < ${from}::date`, sql`true`, sql`booking_date <= ${to}::date`);
  }
  const balance = stripes.reduce((sum, stripe) => sum + BigInt(stripe.balance), 0n);
  const isFromBeginning = from === '-infinity';
  if (isFromBeginning && to === 'infinity') return { opening: 0n, closing: balance };
  const later = await totals(
    sql`booking_date >= ${from}::date`,
    sql`booking_date > ${to}::date`,
    sql`booking_date >= ${isFromBeginning ? to : from}::date`,
  );
  return { opening: isFromBeginning ? 0n : balance - later.opening, closing: balance - later.closing };
}

interface Shape extends Range {
  readonly position: Position | undefined;
  readonly limit: number;
  readonly newest: boolean;
}

/**
 * The rows of a page. Each stripe is read as far as the page may reach; of one stripe, the order by version is that by known
 * time.
 */
function readPage(
  database: Database,
  stripes: readonly Stripe[],
  { position, limit, newest, ...range }: Shape,
): Promise<Row[]> {
  const { from, to, valueDate, lateAfter } = range;
  const direction = newest ? sql`desc` : sql`asc`;
  const beyond = newest ? sql`<` : sql`>`;
  const start = position
    ? sql`(e.booking_date, e.version) ${beyond} (${position.bookingDate}::date, coalesce(s.shown, ${newest ? VERSION_MAX : '0'}))`
    : sql`true`;
  const read = (days: RawBuilder<unknown>) => sql`
    (
      select s.stripe, e.version, j.id as "journalId", j.kind, e.leg, e.amount, e.balance_after as "balanceAfter",
        e.reversed_leg as "reversedLeg", e.booking_date::text as "bookingDate", e.value_date::text as "valueDate",
        j.known_time as known_time
      from entry e join journal j on j.no = e.journal_no
      where ${counts(valueDate)} and ${days} and ${start}
      order by e.booking_date ${direction}, e.version ${direction}
      limit ${limit}
    )`;
  // Each apart: of the days of the range only their partitions are read, of all others only what came late.
  const inRange = read(sql`e.booking_date between ${from}::date and ${to}::date`);
  const all = lateAfter === undefined ? inRange : sql`${inRange} union all ${read(isLate(range))}`;
  return database.query(sql<Row>`
    with ${withStripes(stripes)}
    select one.*
    from s cross join lateral (${all}) one
    order by "bookingDate" ${direction}, known_time ${direction}, stripe ${direction}, version ${direction}
    limit ${limit}
  `);
}

const VERSION_MAX = String(2n ** 63n - 1n);

/** Stripes as the rows `s` of a statement. */
function withStripes(stripes: readonly Stripe[]): RawBuilder<unknown> {
  return sql`s (no, stripe, known, shown) as (
    select * from unnest(
      ${sqlArray(stripes.map(({ no }) => no))}::bigint[],
      ${sqlArray(stripes.map(({ stripe }) => stripe))}::bigint[],
      ${sqlArray(stripes.map(({ known }) => known))}::bigint[],
      ${sqlArray(stripes.map(({ shown }) => shown))}::bigint[]
    )
  )`;
}

/** Whether entry `e` of stripe `s` counts. */
function counts(valueDate: string): RawBuilder<unknown> {
  return sql`e.account_no = s.no and e.version <= s.known and e.value_date <= ${valueDate}::date`;
}
