// The statements of the bank's account with the scheme: they are kept as they come, and held against the clearing account behind that. Whoever is
// killed leaves a statement without our balance, which the next one takes up: entries are known by what they are, and matched in one commit.
import type { Tx } from '#chassis/database.ts';
import { sha256Hex } from '#chassis/digest.ts';
import { Refusal } from '#chassis/errors.ts';
import { fromMoney } from '#chassis/money.ts';
import { type Entry, JournalKind, Side } from '#gen/bank/ledger/v1/ledger_pb.ts';
import type { Context } from './context.ts';
import { match, type Open } from './domain/reconciliation.ts';
import { refuse } from './domain/refusals.ts';
import type { SettlementStatement } from './domain/settlement-statement.ts';
import {
  insertEntries,
  insertMatch,
  insertStatement,
  lockOpen,
  lockReconciliation,
  type NewEntry,
  type OpenRow,
  type StatementRow,
  selectBeginning,
  selectLastStatement,
  selectNewStatements,
  selectPaymentReferences,
  selectStatement,
  selectStatementBefore,
  settleStatement,
} from './reconciliation-tables.ts';

const PAGE = 1_000;

/** Keeps a statement, once. Refuses STATEMENT_EXISTS and STATEMENT_NOT_NEXT. */
export async function keepStatement(tx: Pick<Tx, 'query'>, statement: SettlementStatement): Promise<void> {
  const { currency, identification, entries } = statement;
  // By what it says: the same is often written anew.
  const digest = sha256Hex(
    JSON.stringify(statement, (_, value) => (typeof value === 'bigint' ? String(value) : value)),
  );
  await tx.query(lockReconciliation(currency));
  const [known] = await tx.query(selectStatement(currency, identification));
  if (known && known.contentDigest !== digest) throw refuse('STATEMENT_EXISTS');
  if (known) return;
  const [last] = await tx.query(selectLastStatement(currency));
  if (last && BigInt(last.closing) !== statement.opening) throw refuse('STATEMENT_NOT_NEXT');
  const [kept] = await tx.query(insertStatement(statement, digest));
  const theirs = entries.map((entry, index) => ({ ...entry, identity: `${kept?.number}/${index}` }));
  await tx.query(insertEntries(currency, 'theirs', theirs));
}

/** What holding statements against our books needs. */
type Means = Pick<Context, 'database' | 'ledger' | 'log'>;

/** Holds the statements that are new against our books, each after those that came before. What cannot be yet holds up its own currency alone. */
export async function reconcile(context: Means): Promise<void> {
  const waiting = new Set<string>();
  for (const statement of await context.database.query(selectNewStatements())) {
    const { currency, identification } = statement;
    if (waiting.has(currency)) continue;
    await reconcileOne(context, statement).catch((err: unknown) => {
      waiting.add(currency);
      context.log.warn({ err, statement: identification, currency }, 'a statement of the scheme has to wait');
    });
  }
}

async function reconcileOne(context: Means, statement: StatementRow): Promise<void> {
  const { database } = context;
  const { number, currency } = statement;
  const { entries, balance, begins, broughtForward } = await ourBooks(context, statement);
  await database.transaction(async (tx) => {
    await tx.query(lockReconciliation(currency));
    if (broughtForward.length > 0) await tx.query(insertEntries(currency, 'theirs', broughtForward));
    for (let at = 0; at < entries.length; at += PAGE) {
      await tx.query(insertEntries(currency, 'ours', entries.slice(at, at + PAGE)));
    }
    const open = await tx.query(lockOpen(currency));
    const of = (side: OpenRow['side']) => open.filter((row) => row.side === side).map(openFrom);
    for (const { rule, ours, theirs } of match(of('ours'), of('theirs'))) {
      await tx.query(insertMatch(currency, rule, [...ours, ...theirs]));
    }
    await tx.query(settleStatement(number, balance, begins));
  });
}

function openFrom({ number, amount, day, paymentReferences: references }: OpenRow): Open {
  return { number, amount: BigInt(amount), day, references };
}

/** So many days before the last statement ended are read again: what was booked late on them is an entry too. */
const AGAIN_DAYS = 7;

/** What of our books is held against a statement. */
interface OurBooks {
  readonly entries: NewEntry[];
  readonly balance: bigint;
  /** Whether they are read from its first day on. */
  readonly begins: boolean;
  /** What theirs began with, where ours began with something else: an entry like any, to be explained. */
  readonly broughtForward: readonly NewEntry[];
}

/** What stands on the clearing account since the last statement, up to a day, and its balance then. What is kept already stays as it is. */
async function ourBooks(context: Means, statement: StatementRow): Promise<OurBooks> {
  const { number, currency, fromDate } = statement;
  const [before] = await context.database.query(selectStatementBefore(number, currency));
  if (before) {
    const [beginning] = await context.database.query(selectBeginning(currency));
    const again = Temporal.PlainDate.from(before.toDate).subtract({ days: AGAIN_DAYS }).toString();
    const from = beginning && beginning.fromDate > again ? beginning.fromDate : again;
    return { ...(await entriesFrom(context, statement, from)), begins: false, broughtForward: [] };
  }
  const [ours, theirs] = [await openingOf(context, statement), BigInt(statement.opening)];
  // Their account was new to us: all that ever stood on ours belongs to it.
  if (ours === undefined || (theirs === 0n && ours !== 0n)) {
    return { ...(await entriesFrom(context, statement, '')), begins: false, broughtForward: [] };
  }
  // Of the time before, a balance on each side is all that is needed; where they differ, that is what there is to explain.
  const read = await entriesFrom(context, statement, fromDate);
  if (ours === theirs) return { ...read, begins: true, broughtForward: [] };
  const carried = (amount: bigint): NewEntry[] =>
    amount === 0n ? [] : [{ ...CARRIED, identity: `${currency}/${CARRIED.reference}`, amount, day: fromDate }];
  return { ...read, entries: [...carried(ours), ...read.entries], begins: true, broughtForward: carried(theirs) };
}

const CARRIED = { reference: 'BALANCE BROUGHT FORWARD', paymentReferences: [] };

/** The balance of the clearing account before a statement's first day; undefined where there is no such account. */
async function openingOf(context: Means, { currency, fromDate, toDate }: StatementRow): Promise<bigint | undefined> {
  const page = await entriesOf(context, currency, { fromDate, toDate, pageSize: 1, pageToken: '' });
  return page && (page.openingBalance ? fromMoney(page.openingBalance).minor : 0n);
}

async function entriesOf(
  { ledger }: Means,
  currency: string,
  asked: { readonly fromDate: string; readonly toDate: string; readonly pageSize: number; readonly pageToken: string },
) {
  try {
    return await ledger.listEntries({ ledgerAccountId: `lac_clearing_${currency.toLowerCase()}`, ...asked });
  } catch (error) {
    // Nothing was ever cleared in the currency: the account is made with the first payment.
    if (error instanceof Refusal && error.reason === 'LEDGER_ACCOUNT_NOT_FOUND') return undefined;
    throw error;
  }
}

async function entriesFrom(context: Means, { currency, toDate }: StatementRow, fromDate: string) {
  const { database } = context;
  const entries: NewEntry[] = [];
  let balance = 0n;
  for (let pageToken = ''; ; ) {
    const page = await entriesOf(context, currency, { fromDate, toDate, pageSize: PAGE, pageToken });
    if (!page) return { entries, balance };
    const originals = await originalsOf(context, page.entries);
    const journals = page.entries.map(({ journalId }) => originals.get(journalId) ?? journalId);
    const known = await database.query(selectPaymentReferences(journals));
    const references = new Map(known.map(({ journalId, reference }) => [journalId, reference]));
    for (const { journalId, legNumber, side, amount, bookingDate: day } of page.entries) {
      const { minor } = fromMoney(amount ?? { currencyCode: currency, amount: '0' });
      const reference = references.get(originals.get(journalId) ?? journalId);
      entries.push({
        identity: `${journalId}/${legNumber}`,
        amount: side === Side.DEBIT ? minor : -minor,
        day,
        reference: journalId,
        paymentReferences: reference === undefined ? [] : [reference],
      });
    }
    if (page.closingBalance) balance = fromMoney(page.closingBalance).minor;
    pageToken = page.nextPageToken;
    if (pageToken === '') return { entries, balance };
  }
}

/** Which journals reversals undo: they are about the same payments. */
async function originalsOf({ ledger }: Means, entries: readonly Entry[]): Promise<ReadonlyMap<string, string>> {
  const reversals = new Set(entries.flatMap(({ kind, journalId }) => (kind === JournalKind.REVERSAL ? journalId : [])));
  const originals = new Map<string, string>();
  for (const journalId of reversals) {
    const { journal } = await ledger.getJournal({ journalId });
    if (journal) originals.set(journalId, journal.reversedJournalId);
  }
  return originals;
}
