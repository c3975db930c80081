// Closing a period: what was earned and spent is taken to retained earnings, line by line, to the last cent.
import type { JournalDraft, LegDraft } from './core.ts';

/** What stands on an account of income or expenses at the end of a period, and no closing has taken yet. */
export interface ResultAccount {
  readonly id: string;
  readonly currency: string;
  readonly code: string;
  readonly type: 'income' | 'expense';
  readonly closed: boolean;
  /** Debit-positive. */
  readonly standing: bigint;
}

/** The closing of a period in one currency. */
export interface CurrencyClosing {
  readonly currency: string;
  readonly income: bigint;
  readonly expenses: bigint;
  /** What each account is moved by, debit-positive. */
  readonly moves: readonly { readonly accountId: string; readonly amount: bigint }[];
}

/** What a closing books, by currency; nothing where nothing stands. */
export function closingsOf(accounts: readonly ResultAccount[]): CurrencyClosing[] {
  const standing = withoutClosed(accounts).filter((account) => account.standing !== 0n);
  return [...Map.groupBy(standing, ({ currency }) => currency)]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([currency, own]) => ({
      currency,
      income: -sumOf(own.filter(({ type }) => type === 'income')),
      expenses: sumOf(own.filter(({ type }) => type === 'expense')),
      moves: own.map(({ id, standing: minor }) => ({ accountId: id, amount: -minor })),
    }));
}

/** The journal of a closing: the accounts against retained earnings, which take no leg when there is no result. */
export function closingJournal(
  { currency, income, expenses, moves }: CurrencyClosing,
  { id, retained, endDate }: { id: string; retained: string; endDate: string },
): JournalDraft {
  const result = income - expenses;
  const booked = [...moves, ...(result === 0n ? [] : [{ accountId: retained, amount: -result }])];
  const legs = booked.map((move): LegDraft => ({ ...move, currency, reversedLeg: null }));
  return { id, kind: 'period_close', legs, valueDate: endDate, bookingDate: undefined, endOfDay: false };
}

/**
 * A closed account takes no more entries, but may have earned something in the period that it gave back after it. That is
 * taken from another account of its line, which then gives it back too.
 */
function withoutClosed(accounts: readonly ResultAccount[]): ResultAccount[] {
  const left = accounts.map((account) => ({ ...account }));
  for (const account of left.filter(({ closed }) => closed)) {
    const { code, currency, standing } = account;
    const other = left.find((one) => !one.closed && one.code === code && one.currency === currency);
    if (!other) continue;
    other.standing += standing;
    account.standing = 0n;
  }
  return left;
}

function sumOf(accounts: readonly ResultAccount[]): bigint {
  return accounts.reduce((sum, { standing }) => sum + standing, 0n);
}
