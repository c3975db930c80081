import { sql } from 'kysely';
import type { Database } from '#chassis/database.ts';
import type { Rpcs } from '#chassis/serve.ts';
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
  /** The last version that counts. */
  known: string;
}

interface Row {
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

/** Where a page begins: after this entry, whose running balance (debit-positive) goes on. */
interface Position {
  readonly bookingDate: string;
  readonly version: string;
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
    const account = await readAccount(database, request.ledgerAccountId, asOf);
    const position = after && { bookingDate: after[0] ?? '', version: after[1] ?? '', running: BigInt(after[2] ?? 0) };
    const { opening, closing, rows } = await readPage(database, account, {
      from,
      to,
      valueDate: asOf.valueDate ?? 'infinity',
      position,
      limit: size + 1,
      newest: request.newestFirst,
    });
    let running = position?.running ?? (request.newestFirst ? closing : opening);
    const entries = rows.slice(0, size).map((row) => {
      const amount = BigInt(row.amount);
      // Newest first, the balance after an entry is known before the entry is taken off it.
      if (!request.newestFirst) running += amount;
      const shown = running;
      if (request.newestFirst) running -= amount;
      const { currency, normalSide } = account;
      const numbers = { version: BigInt(row.version), amount, balanceAfter: BigInt(row.balanceAfter) };
      return entryMessage({ ...row, ...numbers, accountId: account.id, currency, normalSide }, shown);
    });
    const last = rows[size - 1];
    const next = rows.length > size && last ? [last.bookingDate, last.version, String(running)] : undefined;
    const { currency, normalSide } = account;
    return {
      entries,
      nextPageToken: next ? pages.next(ListEntriesRequestSchema, request, next) : '',
      openingBalance: balanceMessage(currency, normalSide, opening),
      closingBalance: balanceMessage(currency, normalSide, closing),
    };
  };
}

async function readAccount(database: Database, id: string, asOf: AsOf): Promise<AccountRow> {
  const [account] = await database.query(sql<AccountRow>`
    select no, id, currency, normal_side as "normalSide", ${versionKnown(asOf)} as known
    from ledger_account a where id = ${id} and ${openAt(asOf)}
  `);
  if (!account) throw refuse('LEDGER_ACCOUNT_NOT_FOUND');
  return account;
}

interface Page {
  readonly from: string;
  readonly to: string;
  readonly valueDate: string;
  readonly position: Position | undefined;
  readonly limit: number;
  readonly newest: boolean;
}

/** The rows of a page and the totals of its range, in one statement: both of one moment, so that they add up. */
async function readPage(
  database: Database,
  account: AccountRow,
  { from, to, valueDate, position, limit, newest }: Page,
): Promise<{ opening: bigint; closing: bigint; rows: Row[] }> {
  const direction = newest ? sql`desc` : sql`asc`;
  const beyond = newest ? sql`<` : sql`>`;
  const start = position
    ? sql`(e.booking_date, e.version) ${beyond} (${position.bookingDate}::date, ${position.version}::bigint)`
    : sql`true`;
  const counts = sql`e.version <= ${account.known}::bigint and e.value_date <= ${valueDate}::date`;
  const rows = await database.query(sql<{ opening: string; closing: string } & (Row | { version: null })>`
    select totals.opening, totals.closing, page.*
    from (
      select coalesce(sum(amount) filter (where booking_date < ${from}::date), 0) as opening,
        coalesce(sum(amount), 0) as closing
      from entry e where account_no = ${account.no} and booking_date <= ${to}::date and ${counts}
    ) totals
    left join lateral (
      select e.version, j.id as "journalId", j.kind, e.leg, e.amount, e.balance_after as "balanceAfter",
        e.reversed_leg as "reversedLeg", e.booking_date::text as "bookingDate", e.value_date::text as "valueDate"
      from entry e join journal j on j.no = e.journal_no
      where e.account_no = ${account.no} and e.booking_date between ${from}::date and ${to}::date and ${counts} and ${start}
      order by e.booking_date ${direction}, e.version ${direction}
      limit ${limit}
    ) page on true
    order by page."bookingDate" ${direction}, page.version ${direction}
  `);
  return {
    opening: BigInt(rows[0]?.opening ?? 0),
    closing: BigInt(rows[0]?.closing ?? 0),
    // A range without entries is one row of totals alone.
    rows: rows.flatMap((row) => (row.version === null ? [] : [row])),
  };
}
