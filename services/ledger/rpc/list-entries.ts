import { sql } from 'kysely';
import type { Database } from '#chassis/database.ts';
import type { Rpcs } from '#chassis/serve.ts';
import type { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { ListEntriesRequestSchema } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
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
}

interface Row {
  version: string;
  journalId: string;
  kind: Kind;
  leg: number;
  amount: string;
  balanceAfter: string;
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
export function listEntries({ database, pages }: Context): Rpcs<typeof LedgerService>['listEntries'] {
  return async (request) => {
    const { size, after } = pages.read(ListEntriesRequestSchema, request);
    const from = readDay('from_date', request.fromDate) ?? '-infinity';
    const to = readDay('to_date', request.toDate) ?? 'infinity';
    const account = await readAccount(database, request.ledgerAccountId);
    const { opening, closing } = await readTotals(database, account, from, to);

    const position = after && { bookingDate: after[0] ?? '', version: after[1] ?? '', running: BigInt(after[2] ?? 0) };
    const rows = await readRows(database, account, {
      from,
      to,
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

async function readAccount(database: Database, id: string): Promise<AccountRow> {
  const [account] = await database.query(sql<AccountRow>`
    select no, id, currency, normal_side as "normalSide" from ledger_account where id = ${id}
  `);
  if (!account) throw refuse('LEDGER_ACCOUNT_NOT_FOUND');
  return account;
}

async function readTotals(database: Database, account: AccountRow, from: string, to: string) {
  const [totals] = await database.query(sql<{ opening: string; closing: string }>`
    select coalesce(sum(amount) filter (where booking_date < ${from}::date), 0) as opening,
      coalesce(sum(amount) filter (where booking_date <= ${to}::date), 0) as closing
    from entry where account_no = ${account.no} and booking_date <= ${to}::date
  `);
  return { opening: BigInt(totals?.opening ?? 0), closing: BigInt(totals?.closing ?? 0) };
}

function readRows(
  database: Database,
  account: AccountRow,
  page: { from: string; to: string; position: Position | undefined; limit: number; newest: boolean },
): Promise<Row[]> {
  const { position } = page;
  const direction = page.newest ? sql`desc` : sql`asc`;
  const beyond = page.newest ? sql`<` : sql`>`;
  const start = position
    ? sql`(e.booking_date, e.version) ${beyond} (${position.bookingDate}::date, ${position.version}::bigint)`
    : sql`true`;
  return database.query(sql<Row>`
    select e.version, j.id as "journalId", j.kind, e.leg, e.amount, e.balance_after as "balanceAfter",
      e.booking_date::text as "bookingDate", e.value_date::text as "valueDate"
    from entry e join journal j on j.no = e.journal_no
    where e.account_no = ${account.no} and e.booking_date between ${page.from}::date and ${page.to}::date and ${start}
    order by e.booking_date ${direction}, e.version ${direction}
    limit ${page.limit}
  `);
}
