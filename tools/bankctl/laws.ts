// The laws of the ledger, recomputed from what it answers: pure functions that name what is broken, and nothing else.
// Balances are bigint minor units; `normal` means on the account's normal side, as the contract shows them.
import { fromMoney, toDecimal } from '#chassis/money.ts';
import type {
  Entry,
  GeneralLedgerAccount,
  Journal,
  LedgerAccount,
  LedgerBalance,
} from '#gen/bank/ledger/v1/ledger_pb.ts';
import { JournalKind, LedgerAccountState, Side } from '#gen/bank/ledger/v1/ledger_pb.ts';
import type { Money } from '#gen/bank/type/v1/money_pb.ts';

/** The laws, by name. */
export type Law =
  | 'JOURNAL_BALANCED'
  | 'JOURNAL_WHOLE'
  | 'ACCOUNT_KNOWN'
  | 'VERSIONS_GAPLESS'
  | 'BALANCE_CHAIN'
  | 'ACCOUNT_VERSION'
  | 'ACCOUNT_BALANCE'
  | 'ACCOUNT_IN_CHART'
  | 'CLOSED_AT_ZERO'
  | 'MIGRATION_ENDED'
  | 'FLOOR'
  | 'REVERSAL'
  | 'TRIAL_BALANCE'
  | 'BALANCE_SHEET'
  | 'TIE_OUT'
  | 'LEAF_IN_BLOCK'
  | 'BLOCK_CHAIN'
  | 'CHECKPOINT'
  | 'HOLD'
  | 'HELD';

/** A law that is broken: where, what had to be, what is. */
export interface Fault {
  readonly law: Law;
  /** The id of the journal or ledger account, or the line of the trial balance. */
  readonly subject: string;
  readonly what: string;
  readonly expected: string;
  readonly found: string;
}

/** What the entries of one account, followed one by one, come to. */
export interface Chain {
  readonly account: LedgerAccount;
  /** Of a striped account: what the entries of its stripes come to, by their numbers. Its own chain is empty. */
  readonly stripes: Map<number, Chain>;
  /** The last version without a gap before it. */
  version: bigint;
  /** The balance after it, normal. */
  balance: bigint;
  /** The balance when the chain came to the version that the account was read with. */
  balanceAsRead: bigint | undefined;
  /** Debits less credits of all entries. */
  sum: bigint;
  /** Entries that came before their turn. */
  readonly waiting: Map<bigint, Entry>;
  /** Whether something else than migrated history was booked. */
  inUse: boolean;
  /** The furthest down that an entry that is bound to the floor took it, normal. */
  lowest: { readonly balance: bigint; readonly journalId: string } | undefined;
}

/** Kinds that may take an account below its floor. */
const FORCED: readonly JournalKind[] = [
  JournalKind.INTEREST,
  JournalKind.FEE,
  JournalKind.SCHEME_ADVICE,
  JournalKind.MIGRATION,
  JournalKind.PERIOD_CLOSE,
];

/** So many entries may wait for one that is missing before it is called missing. */
const MOST_WAITING = 5_000;

const minorOf = (money: Money | undefined): bigint => (money ? fromMoney(money).minor : 0n);
const shown = (currency: string, minor: bigint): string => `${toDecimal({ currency, minor })} ${currency}`;
const signed = (entry: Entry): bigint => (entry.side === Side.DEBIT ? minorOf(entry.amount) : -minorOf(entry.amount));

/** The beginning of an account's chain. */
export function chainOf(account: LedgerAccount): Chain {
  const balanceAsRead = account.version === 0n ? 0n : undefined;
  return {
    account,
    stripes: new Map(),
    version: 0n,
    balance: 0n,
    balanceAsRead,
    sum: 0n,
    waiting: new Map(),
    inUse: false,
    lowest: undefined,
  };
}

/** What is wrong with a journal by itself: it balances in each currency, and its legs are whole. */
export function journalFaults(journal: Journal): Fault[] {
  const { journalId: subject, entries } = journal;
  const faults: Fault[] = [];
  const sums = new Map<string, bigint>();
  for (const [index, entry] of entries.entries()) {
    const currency = entry.amount?.currencyCode ?? '';
    sums.set(currency, (sums.get(currency) ?? 0n) + signed(entry));
    const whole = (what: string, expected: unknown, found: unknown) => {
      if (expected === found) return;
      faults.push({ law: 'JOURNAL_WHOLE', subject, what, expected: String(expected), found: String(found) });
    };
    whole('its legs are numbered from 0 without a gap', index, entry.legNumber);
    whole(`leg ${index} is part of it`, subject, entry.journalId);
    whole(`leg ${index} has its booking date`, journal.bookingDate, entry.bookingDate);
    whole(`leg ${index} has its value date`, journal.valueDate, entry.valueDate);
    whole(`leg ${index} has its kind`, journal.kind, entry.kind);
    whole(`leg ${index} is more than zero`, true, minorOf(entry.amount) > 0n);
  }
  if (entries.length === 0) {
    faults.push({ law: 'JOURNAL_WHOLE', subject, what: 'it has legs', expected: '2 or more', found: '0' });
  }
  for (const [currency, sum] of sums) {
    if (sum === 0n) continue;
    const what = `its debits less its credits in ${currency}`;
    faults.push({ law: 'JOURNAL_BALANCED', subject, what, expected: shown(currency, 0n), found: shown(currency, sum) });
  }
  return faults;
}

/** Follows an account by one entry. Entries may come out of turn; those that are not there in the end are missing. */
export function follow(account: Chain, entry: Entry): Fault[] {
  if (account.account.striped !== entry.stripeNumber > 0) {
    const { ledgerAccountId: subject, journalId, stripeNumber } = entry;
    const expected = account.account.striped ? 'one of its stripes' : 'stripe 0';
    return [
      { law: 'ACCOUNT_KNOWN', subject, what: `${journalId} books on it`, expected, found: `stripe ${stripeNumber}` },
    ];
  }
  account.sum += signed(entry);
  const chain = account.account.striped
    ? account.stripes.getOrInsertComputed(entry.stripeNumber, () => chainOf(account.account))
    : account;
  if (entry.version <= chain.version || chain.waiting.has(entry.version)) {
    const { ledgerAccountId: subject, journalId, version } = entry;
    const what = `version ${version} is there once`;
    return [{ law: 'VERSIONS_GAPLESS', subject, what, expected: 'one entry', found: `another in ${journalId}` }];
  }
  chain.waiting.set(entry.version, entry);
  const faults = drain(chain);
  return chain.waiting.size > MOST_WAITING ? [...faults, ...skipGap(chain)] : faults;
}

/** What the stripes of a striped account come to; how it stood when it was read is known where nothing was booked since. */
function together(chain: Chain): Chain {
  const stripes = [...chain.stripes.values()];
  const sumOf = (value: (one: Chain) => bigint) => stripes.reduce((sum, one) => sum + value(one), 0n);
  const [version, balance] = [sumOf((one) => one.version), sumOf((one) => one.balance)];
  const balanceAsRead = version === chain.account.version ? balance : undefined;
  return { ...chain, version, balance, balanceAsRead, inUse: stripes.length > 0 };
}

/** Whether the entries of an account end elsewhere than it said when it was read, or one is missing before the end. */
export function hasMoved(chain: Chain): boolean {
  const { account, version } = chain.account.striped ? together(chain) : chain;
  return version !== account.version || [chain, ...chain.stripes.values()].some(({ waiting }) => waiting.size > 0);
}

/** What is wrong with an account when all its entries have been followed. `now` is its balance as read after them. */
export function accountFaults(followed: Chain, chart: ReadonlySet<string>, now?: LedgerBalance): Fault[] {
  const faults: Fault[] = [];
  for (const strand of [followed, ...followed.stripes.values()]) {
    while (strand.waiting.size > 0) faults.push(...skipGap(strand));
  }
  const chain = followed.account.striped ? together(followed) : followed;
  const { account, version, balance } = chain;
  const { ledgerAccountId: subject, currencyCode, generalLedgerCode } = account;
  const latest = now ?? account;
  const fault = (law: Law, what: string, expected: string, found: string) =>
    faults.push({ law, subject, what, expected, found });
  // Entries that were booked while the ledger was being read are not in the chain, and no fault.
  if (version < account.version || version > latest.version) {
    const found = String(version < account.version ? account.version : latest.version);
    fault('ACCOUNT_VERSION', 'its version is that of its last entry', String(version), found);
  } else {
    const asRead = minorOf(account.booked);
    const what = 'its booked balance is the balance after its last entry';
    const then = chain.balanceAsRead;
    if (then !== undefined && then !== asRead) {
      fault('ACCOUNT_BALANCE', what, shown(currencyCode, then), shown(currencyCode, asRead));
    } else if (now?.version === version && minorOf(now.booked) !== balance) {
      fault('ACCOUNT_BALANCE', what, shown(currencyCode, balance), shown(currencyCode, minorOf(now.booked)));
    }
  }
  if (account.state === LedgerAccountState.CLOSED && minorOf(account.booked) !== 0n) {
    fault('CLOSED_AT_ZERO', 'it is closed', shown(currencyCode, 0n), shown(currencyCode, minorOf(account.booked)));
  }
  if (account.state === LedgerAccountState.MIGRATING && chain.inUse) {
    fault('MIGRATION_ENDED', 'it is migrating', 'only migrated history', 'other entries');
  }
  if (!chart.has(generalLedgerCode)) {
    fault('ACCOUNT_IN_CHART', 'it rolls up to the general ledger', 'a code of the chart', generalLedgerCode || 'none');
  }
  return faults;
}

/**
 * Whether an entry took an account below every floor that it can have had. Limits move, so the floor of today alone
 * proves nothing; but it never was below the overdraft that the account's product allows (`overdraft`, normal units).
 */
export function floorFaults({ account, lowest }: Chain, overdraft: bigint): Fault[] {
  if (!lowest || !isBelowFloor({ account, lowest })) return [];
  const floor = minorOf(account.floor);
  const bound = floor < -overdraft ? floor : -overdraft;
  if (lowest.balance >= bound) return [];
  const { ledgerAccountId: subject, currencyCode } = account;
  const what = `${lowest.journalId}, which is not forced, took it below its floor`;
  const expected = `${shown(currencyCode, bound)} or more`;
  return [{ law: 'FLOOR', subject, what, expected, found: shown(currencyCode, lowest.balance) }];
}

/** Whether an account was once taken below the floor that it has now, so that `floorFaults` has to look. */
export function isBelowFloor({ account, lowest }: Pick<Chain, 'account' | 'lowest'>): boolean {
  if (!account.floor || !lowest || account.accountId === '') return false;
  return lowest.balance < minorOf(account.floor);
}

/** The codes of a chart of accounts. */
export function codesOf(chart: readonly GeneralLedgerAccount[]): ReadonlySet<string> {
  return new Set(chart.map(({ generalLedgerCode }) => generalLedgerCode));
}

/** Follows the chain as far as there is no gap. */
function drain(chain: Chain): Fault[] {
  const faults: Fault[] = [];
  for (let next = chain.waiting.get(chain.version + 1n); next; next = chain.waiting.get(chain.version + 1n)) {
    chain.waiting.delete(next.version);
    faults.push(...step(chain, next));
  }
  return faults;
}

function step(chain: Chain, entry: Entry): Fault[] {
  const { account } = chain;
  const { ledgerAccountId: subject, journalId, version, kind } = entry;
  const currency = account.currencyCode;
  const faults: Fault[] = [];
  const change = account.normalSide === Side.DEBIT ? signed(entry) : -signed(entry);
  const expected = chain.balance + change;
  const found = minorOf(entry.balanceAfter);
  if (entry.amount?.currencyCode !== currency) {
    const what = `${journalId} books its currency`;
    const other = entry.amount?.currencyCode ?? 'none';
    faults.push({ law: 'JOURNAL_WHOLE', subject, what, expected: currency, found: other });
  }
  if (expected !== found) {
    const what = `the balance after version ${version} (${journalId})`;
    faults.push({
      law: 'BALANCE_CHAIN',
      subject,
      what,
      expected: shown(currency, expected),
      found: shown(currency, found),
    });
  }
  if (kind === JournalKind.MIGRATION && chain.inUse && account.accountId !== '') {
    const what = `${journalId} brings history after its migration ended`;
    faults.push({ law: 'MIGRATION_ENDED', subject, what, expected: 'no more history', found: `version ${version}` });
  }
  chain.inUse ||= kind !== JournalKind.MIGRATION;
  if (change < 0n && !FORCED.includes(kind) && found < (chain.lowest?.balance ?? 0n)) {
    chain.lowest = { balance: found, journalId };
  }
  chain.version = version;
  chain.balance = found;
  if (version === account.version) chain.balanceAsRead = found;
  return faults;
}

/** Calls the entries before the first one that waits missing, and goes on from it. */
function skipGap(chain: Chain): Fault[] {
  let first: bigint | undefined;
  for (const version of chain.waiting.keys()) if (first === undefined || version < first) first = version;
  if (first === undefined) return [];
  const { ledgerAccountId: subject } = chain.account;
  const found = `version ${first} (${chain.waiting.get(first)?.journalId})`;
  const what = 'its entries count from 1 without a gap';
  const fault: Fault = { law: 'VERSIONS_GAPLESS', subject, what, expected: `version ${chain.version + 1n}`, found };
  chain.version = first - 1n;
  const next = chain.waiting.get(first);
  // The balance before the gap says nothing of the one after it.
  if (next) chain.balance = minorOf(next.balanceAfter) - changeOf(chain.account, next);
  return [fault, ...drain(chain)];
}

function changeOf({ normalSide }: LedgerAccount, entry: Entry): bigint {
  return normalSide === Side.DEBIT ? signed(entry) : -signed(entry);
}
