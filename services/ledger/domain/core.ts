// The laws of money, as a pure function: accounts and journals in; entries, balances and outcomes out. All amounts are
// bigint minor units and debit-positive: a debit is more than zero, a credit less.
import type { Refusal } from '#chassis/errors.ts';
import { MINOR_MAX } from '#chassis/money.ts';
import { amountOfPair, type Balancing } from './balancing.ts';
import { isForced, type Kind } from './kinds.ts';
import { refuse } from './refusals.ts';
import { hold, sideOf } from './sides.ts';

/** A ledger account as the core sees it. */
export interface AccountState {
  readonly no: bigint;
  readonly id: string;
  readonly currency: string;
  readonly normalSide: 'debit' | 'credit';
  readonly state: 'open' | 'migrating' | 'closed';
  /** On the normal side, as is the ceiling. */
  readonly floor: bigint | null;
  readonly ceiling: bigint | null;
  readonly decreaseFrozen: boolean;
  readonly increaseFrozen: boolean;
  /** True when it belongs to an agreement with a customer. */
  readonly customer: boolean;
  /** Of a striped account: the number of the stripe that this is, on which one lane books. */
  readonly stripe?: bigint;
  /** The line of the general ledger that it rolls up to. */
  readonly generalLedgerCode?: string;
  balance: bigint;
  version: bigint;
  /** What open holds would take from it and bring it, on its normal side. */
  held: bigint;
  pendingIn: bigint;
}

/** One side of a journal. */
export interface LegDraft {
  readonly accountId: string;
  readonly currency: string;
  /** Of a balancing leg, only its side is known: 1 or -1. */
  readonly amount: bigint;
  /** In a reversal: the leg of the original that it undoes. */
  readonly reversedLeg: number | null;
  /** What bounds a balancing leg. */
  readonly balancing?: Balancing;
  /** What it may not take its account above, on its normal side. */
  readonly limit?: bigint;
}

/** A journal to post, its form already checked. Dates are YYYY-MM-DD. */
export interface JournalDraft {
  readonly id: string;
  readonly kind: Kind;
  readonly legs: readonly LegDraft[];
  readonly valueDate: string | undefined;
  readonly bookingDate: string | undefined;
  readonly endOfDay: boolean;
  /** In a capture: how much of what its hold holds on both accounts becomes free. */
  readonly frees?: bigint;
}

/** The business dates on which journals may be booked. */
export interface Days {
  readonly open: string;
  /** Oldest first. */
  readonly closing: readonly string[];
}

/** What a posted journal books on one account. */
export interface EntryDraft {
  readonly account: AccountState;
  readonly leg: number;
  readonly version: bigint;
  readonly amount: bigint;
  readonly balanceAfter: bigint;
  readonly reversedLeg: number | null;
  /** In a capture: how much of what was held becomes free. */
  readonly frees: bigint;
}

/** A journal as it was posted. */
export interface Posted {
  readonly bookingDate: string;
  readonly valueDate: string;
  readonly entries: readonly EntryDraft[];
}

/** What became of a journal. */
export type JournalResult = { readonly posted: Posted } | { readonly refusal: Refusal };

/**
 * Posts a group of journals that succeed or fail together (mostly of one), and moves the balances of `accounts`, which
 * must hold every account that the journals name and that exists. A refused group moves nothing.
 */
export function applyGroup(
  accounts: ReadonlyMap<string, AccountState>,
  journals: readonly JournalDraft[],
  days: Days,
): readonly JournalResult[] {
  const results: Posted[] = [];
  for (const [index, journal] of journals.entries()) {
    const posted = applyJournal(accounts, journal, days);
    if ('refusal' in posted) {
      for (const { entries } of results.reverse()) undo(entries);
      return journals.map((_, at) => (at === index ? posted : { refusal: refuse('LINKED_JOURNAL_REFUSED') }));
    }
    results.push(posted.posted);
  }
  return results.map((posted) => ({ posted }));
}

function applyJournal(accounts: ReadonlyMap<string, AccountState>, journal: JournalDraft, days: Days): JournalResult {
  const bookingDate = bookingDateOf(journal, days);
  if (bookingDate === undefined) return { refusal: refuse('BOOKING_DATE_NOT_OPEN') };
  const refusal = checkMigration(accounts, journal);
  if (refusal) return { refusal };

  const entries: EntryDraft[] = [];
  const balancing = new Map<string, bigint>();
  for (const [leg, draft] of journal.legs.entries()) {
    const account = accounts.get(draft.accountId);
    const amount = amountOf(draft, journal, { accounts, balancing });
    const wrong = account ? checkLeg(account, { ...draft, amount }, journal) : refuse('LEDGER_ACCOUNT_NOT_FOUND');
    if (!account || wrong) {
      undo(entries);
      return { refusal: wrong ?? refuse('LEDGER_ACCOUNT_NOT_FOUND') };
    }
    entries.push(book(account, amount, { leg, reversedLeg: draft.reversedLeg, frees: journal.frees ?? 0n }));
  }
  return { posted: { bookingDate, valueDate: journal.valueDate ?? bookingDate, entries } };
}

/** The amount of a leg; of balancing legs, that of their pair, found out where the first of them stands. */
function amountOf(
  { amount, currency, balancing: bounds }: LegDraft,
  { legs }: JournalDraft,
  { accounts, balancing }: { accounts: ReadonlyMap<string, AccountState>; balancing: Map<string, bigint> },
): bigint {
  if (!bounds) return amount;
  const most = balancing.get(currency) ?? amountOfPair(legs, currency, accounts);
  balancing.set(currency, most);
  return amount * most;
}

function book(
  account: AccountState,
  amount: bigint,
  { leg, reversedLeg, frees }: Pick<EntryDraft, 'leg' | 'reversedLeg' | 'frees'>,
): EntryDraft {
  hold(account, amount, -frees);
  account.balance += amount;
  account.version += 1n;
  const { balance, version } = account;
  return { account, leg, version, amount, balanceAfter: balance, reversedLeg, frees };
}

/** The ledger stamps the booking date; only migrated history brings its own, up to today. */
function bookingDateOf({ kind, bookingDate, endOfDay }: JournalDraft, days: Days): string | undefined {
  if (kind === 'migration') return bookingDate !== undefined && bookingDate <= days.open ? bookingDate : undefined;
  return endOfDay ? days.closing[0] : days.open;
}

/** History is booked on at least one migrating customer account, and on no customer account that is not migrating. */
function checkMigration(accounts: ReadonlyMap<string, AccountState>, journal: JournalDraft): Refusal | undefined {
  const touched = journal.legs.flatMap(({ accountId }) => accounts.get(accountId) ?? []);
  const customers = touched.filter(({ customer }) => customer);
  if (journal.kind === 'migration') {
    const migrating = customers.length > 0 && customers.every(({ state }) => state === 'migrating');
    return migrating || touched.length < journal.legs.length ? undefined : refuse('LEDGER_ACCOUNT_NOT_MIGRATING');
  }
  return touched.some(({ state }) => state === 'migrating') ? refuse('LEDGER_ACCOUNT_MIGRATING') : undefined;
}

/** Why an account does not take this leg now, if it does not. */
function checkLeg(account: AccountState, leg: LegDraft, { kind, frees = 0n }: JournalDraft): Refusal | undefined {
  const { amount, currency } = leg;
  if (account.currency !== currency) return refuse('CURRENCY_MISMATCH', { account_currency: account.currency });
  // What one stripe has says nothing of the balance that the leg is to lead to.
  if (account.stripe !== undefined && (typeof leg.balancing?.target === 'bigint' || leg.limit !== undefined))
    return refuse('LEDGER_ACCOUNT_STRIPED');
  if (account.state === 'closed') return refuse('LEDGER_ACCOUNT_CLOSED');
  if (amount === 0n) return refuse('NOTHING_AVAILABLE');
  const change = sideOf(account) * amount;
  if (change < 0n ? account.decreaseFrozen : account.increaseFrozen) return refuse('LEDGER_ACCOUNT_FROZEN');
  const after = account.balance + amount;
  if (after > MINOR_MAX || after < -MINOR_MAX) return refuse('BALANCE_OUT_OF_RANGE');
  if (isForced(kind) || account.state === 'migrating') return undefined;
  const normal = sideOf(account) * after;
  // What a capture takes within what was held for it needs no other funds.
  const held = -change > frees ? account.held - frees : 0n;
  if (change < 0n && account.floor !== null && normal - held < account.floor) return refuse('INSUFFICIENT_FUNDS');
  if (change > 0n && account.ceiling !== null && normal > account.ceiling) return refuse('CEILING_EXCEEDED');
  if (change > 0n && leg.limit !== undefined && normal > leg.limit) return refuse('CEILING_EXCEEDED');
  return undefined;
}

function undo(entries: readonly EntryDraft[]): void {
  for (const { account, amount, frees } of entries) {
    hold(account, amount, frees);
    account.balance -= amount;
    account.version -= 1n;
  }
}

/** The sum of the legs is zero in every currency. */
export function isBalanced(legs: readonly Pick<LegDraft, 'currency' | 'amount'>[]): boolean {
  const sums = new Map<string, bigint>();
  for (const { currency, amount } of legs) sums.set(currency, (sums.get(currency) ?? 0n) + amount);
  return [...sums.values()].every((sum) => sum === 0n);
}
