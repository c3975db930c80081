// Ends the migration of the accounts, and compares every balance with the file's.
import { createHash } from 'node:crypto';
import { fromMoney } from '#chassis/money.ts';
import type { StatementEntry } from '#gen/bank/account/v1/account_pb.ts';
import { AccountService } from '#gen/bank/account/v1/account_service_pb.ts';
import type { Bank } from '../bank.ts';
import { pagesOf } from '../pages.ts';
import { batchesOf, inParallel } from '../parallel.ts';
import type { Progress } from '../progress.ts';
import type { Booked, Booking } from './book.ts';
import type { Expected, History } from './history.ts';
import { CURRENCY, decimalOf } from './naming.ts';
import type { Opening } from './opening.ts';
import { patiently } from './patience.ts';

/** Where the bank is not as the file says. */
export interface Difference {
  /** The other bank's id of the account. */
  readonly account: string;
  /** The other bank's id of the transaction. Empty where the difference is not about one. */
  readonly transaction: string;
  /** The line of transactions.csv, or 0. */
  readonly line: number;
  readonly what: string;
  readonly expected: string;
  readonly found: string;
}

/** So many differences are named; more than that help nobody. */
const MOST_DIFFERENCES = 10_000;
const CUT_OVER_BATCH = 1_000;
const CALLS = 8;
const MIGRATION = 'MIGRATION';

/**
 * Ends the migration of accounts (the bank's ids by the other bank's). One of which a line was refused stays as it is, so
 * that the line can still be brought. Answers those that the bank refuses.
 */
export async function cutOver(
  bank: Bank,
  accounts: ReadonlyMap<string, string>,
  { refused }: Booked,
): Promise<Difference[]> {
  const incomplete = new Set(refused.map(({ line }) => line.accountId));
  const complete = [...accounts].filter(([id]) => !incomplete.has(id));
  const batches = batchesOf(complete, CUT_OVER_BATCH);
  const differences = await inParallel(batches, CALLS, async (batch) => {
    const accountIds = batch.map(([, accountId]) => accountId);
    const requestId = `import-cut-over-${createHash('sha256').update(accountIds.join()).digest('hex').slice(0, 40)}`;
    const { outcomes } = await patiently(() => bank.client(AccountService).cutOverAccounts({ requestId, accountIds }));
    return outcomes.flatMap(({ refusal }, index): Difference[] => {
      const reason = refusal?.detail?.reason;
      // A second import finds it cut over.
      if (!refusal || reason === 'ACCOUNT_NOT_MIGRATING') return [];
      const [account = ''] = batch[index] ?? [];
      const found = `${refusal.message} (${reason})`;
      return [{ account, transaction: '', line: 0, what: 'cut-over', expected: 'done', found }];
    });
  });
  return differences.flat();
}

/** Compares the balance after every line of every account with the file's, as soon as the account is open and its lines are booked. */
export async function compareBalances(
  bank: Bank,
  accounts: Opening['accounts'],
  { books }: History,
  booking: Booking,
  progress: Progress,
): Promise<Difference[]> {
  const differences: Difference[] = [];
  await inParallel([...accounts], CALLS, async ([account, opened]) => {
    const expected = books.get(account) ?? [];
    const refused = (await booking.accounts.get(account)) ?? [];
    const notBooked = new Set(refused.map(({ id }) => id));
    const entries = await readHistoryOf(bank, await opened);
    for (const difference of compareAccount(account, expected, notBooked, entries)) {
      if (differences.length < MOST_DIFFERENCES) differences.push(difference);
    }
    progress.advance(expected.length);
  });
  return differences;
}

/** What a statement has of the history, in its order: by booking date, then as booked. */
async function readHistoryOf(bank: Bank, accountId: string): Promise<StatementEntry[]> {
  const service = bank.client(AccountService);
  const history: StatementEntry[] = [];
  const pages = pagesOf((page) => patiently(() => service.getStatement({ ...page, accountId })));
  for await (const { entries } of pages) history.push(...entries.filter(({ kind }) => kind === MIGRATION));
  return history;
}

/**
 * Compares the lines of one account with the entries of its statement, one by one. A refused line, and one that moves
 * nothing, have no entry: after them the balance before still stands.
 */
export function compareAccount(
  account: string,
  lines: readonly Expected[],
  notBooked: ReadonlySet<string>,
  entries: readonly StatementEntry[],
): Difference[] {
  const differences: Difference[] = [];
  let next = 0;
  let balance = 0n;
  for (const { id: transaction, line, bookedOn, change, balanceAfter } of lines) {
    const differ = (what: string, expected: string, found: string): void => {
      if (expected !== found) differences.push({ account, transaction, line, what, expected, found });
    };
    if (change !== 0n && !notBooked.has(transaction)) {
      const entry = entries[next];
      next += 1;
      if (!entry) {
        differ('entry', `${decimalOf(change)} on ${bookedOn}`, 'none');
        continue;
      }
      differ('booking date', bookedOn, entry.bookingDate);
      differ('amount', decimalOf(change), decimalOf(minorOf(entry.amount)));
      balance = minorOf(entry.runningBalance);
    }
    differ('balance', decimalOf(balanceAfter), decimalOf(balance));
  }
  for (const { amount, bookingDate } of entries.slice(next)) {
    const found = `${decimalOf(minorOf(amount))} on ${bookingDate}`;
    differences.push({ account, transaction: '', line: 0, what: 'entry', expected: 'none', found });
  }
  return differences;
}

function minorOf(money: StatementEntry['amount']): bigint {
  return money?.currencyCode === CURRENCY ? fromMoney(money).minor : 0n;
}
