// The step that makes statements where a cycle ends: of each account all that came since the one before, up to the day. First the
// document is kept, then its row is written with how far the step is: whoever dies in between leaves a document, which the next one
// takes over. What comes later on these days, back-dated, is known by its version, and on the next statement.
import { setTimeout as sleep } from 'node:timers/promises';
import { timestampMs } from '@bufbuild/protobuf/wkt';
import { ownCall } from '#chassis/call-context.ts';
import { isPassing, type Tx } from '#chassis/database.ts';
import { Code, Refusal } from '#chassis/errors.ts';
import { fromMoney } from '#chassis/money.ts';
import { insertOutbox } from '#chassis/outbox.ts';
import { readRow, readRows } from './accounts.ts';
import type { Context } from './context.ts';
import { LeaseLost, type StepRun, setAside } from './day-steps.ts';
import type { Lines } from './domain/statement-document.ts';
import { statementFrequencies } from './domain/words.ts';
import { statementMade } from './events.ts';
import {
  checkpointOf,
  composeStatement,
  readLines,
  readManyLines,
  type SignedLines,
  type Span,
} from './statement-reading.ts';
import { type Kept, keepDocument, statementKey } from './statement-store.ts';
import {
  insertStatements,
  type StatementRow,
  selectDue,
  selectNewestStatements,
  selectStatements,
} from './statement-tables.ts';
import type { AccountRow } from './tables.ts';

const PAGE = 100;
const AT_ONCE = 8;
/** A document is held in memory while it is made. */
const LINES_MAX = 100_000;
const CHECKPOINT_TRIES = 60;
const CHECKPOINT_WAIT_MS = 500;

/** What came of an account: the rows of its new statements, or why there are none. */
interface Made {
  readonly accountId: string;
  readonly rows: readonly StatementRow[];
  readonly reason?: string;
}

/** Makes the statements that are due at the end of a day. */
export async function makeStatements(context: Context, run: StepRun): Promise<void> {
  for (let after = run.cursor; ; ) {
    const due = (await context.database.query(selectDue(run.date, after, PAGE))).map(({ id }) => id);
    const last = due.at(-1);
    if (last === undefined) return;
    const made = await makePage(context, run, due, after);
    const done = new Set(made.map(({ accountId }) => accountId));
    const alone = due.filter((id) => !done.has(id));
    for (let next = 0; next < alone.length; next += AT_ONCE) {
      made.push(...(await makeSome(context, run, alone.slice(next, next + AT_ONCE), after)));
    }
    await writePage(context, run, made, last);
    after = last;
    if (due.length < PAGE) return;
  }
}

/**
 * Makes those of a page together: what the ledger has of all of them is asked for once, and again while nothing is signed of it. Left
 * out is what has to be made alone: of many lines, after one that was killed, or what fails, which says why there.
 */
async function makePage(
  context: Context,
  run: StepRun,
  accountIds: readonly string[],
  cursor: string,
): Promise<Made[]> {
  const { database } = context;
  const rows = await readRows(database, accountIds);
  const newest = await database.query(selectNewestStatements(accountIds));
  const before = new Map(newest.map((row) => [row.accountId, row]));
  const day = run.date.toString();
  const isTold = ({ id }: AccountRow) => (before.get(id)?.toDate ?? '') >= day;
  const made: Made[] = [...rows.values()].filter(isTold).map(({ id }) => ({ accountId: id, rows: [] }));
  let waiting = [...rows.values()].filter((row) => !isTold(row));
  for (let tries = 1; waiting.length > 0 && tries <= CHECKPOINT_TRIES; tries += 1) {
    if (tries > 1) {
      await sleep(CHECKPOINT_WAIT_MS);
      await run.advance(async () => ({ cursor, count: 0 }));
    }
    const spans = new Map(waiting.map((row) => [row.id, spanOf(row, before.get(row.id), day)]));
    const lines = await readManyLines(context, spans);
    const ready = waiting.filter(({ id }) => lines.get(id)?.pending === false);
    waiting = waiting.filter(({ id }) => lines.get(id)?.pending === true);
    const found = ready.map((row) => makeOfLines(context, row, before.get(row.id), day, lines.get(row.id)));
    for (const one of await Promise.allSettled(found))
      if (one.status === 'fulfilled' && one.value) made.push(one.value);
  }
  return made;
}

/** Makes the statement of an account whose lines are read; undefined where another one has to be made as well. */
async function makeOfLines(
  context: Context,
  row: AccountRow,
  before: StatementRow | undefined,
  day: string,
  lines: SignedLines | undefined,
): Promise<Made | undefined> {
  if (!lines) return undefined;
  if (isNothingToTell(row, lines, day)) return { accountId: row.id, rows: [] };
  const kept = await keepNext(context, row, before, day, lines);
  return kept.statement.toDate < day ? undefined : { accountId: row.id, rows: [rowOf(row, kept)] };
}

/** Makes those of a few accounts at the same time. What no checkpoint covers yet is tried again, and the lease kept meanwhile. */
async function makeSome(
  context: Context,
  run: StepRun,
  accountIds: readonly string[],
  cursor: string,
): Promise<Made[]> {
  const done: Made[] = [];
  let waiting = accountIds;
  for (let tries = 1; waiting.length > 0; tries += 1) {
    const made = await Promise.all(waiting.map((accountId) => makeOne(context, run.date, accountId)));
    const isPending = ({ reason }: Made) => reason === 'CHECKPOINT_PENDING' && tries < CHECKPOINT_TRIES;
    done.push(...made.filter((one) => !isPending(one)));
    waiting = made.filter(isPending).map(({ accountId }) => accountId);
    await run.advance(async () => ({ cursor, count: 0 }));
    if (waiting.length > 0) await sleep(CHECKPOINT_WAIT_MS);
  }
  return done;
}

async function makeOne(context: Context, day: Temporal.PlainDate, accountId: string): Promise<Made> {
  try {
    return { accountId, rows: await makeUpTo(context, day.toString(), accountId) };
  } catch (error) {
    if (error instanceof Refusal && error.reason === 'CHECKPOINT_PENDING')
      return { accountId, rows: [], reason: error.reason };
    if (isPassing(error) || (error instanceof Refusal && error.code === Code.DEADLINE_EXCEEDED)) throw error;
    return { accountId, rows: [], reason: reasonOf(error) };
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof Refusal) return error.reason;
  return error instanceof Error ? error.message : String(error);
}

/** Writes what was made of a page; where the database refuses it, account by account, so that only the culprit is set aside. */
async function writePage(context: Context, run: StepRun, made: readonly Made[], cursor: string): Promise<void> {
  try {
    await run.advance(async (tx) => {
      const rows = made.flatMap((one) => one.rows);
      await writeStatements(context, tx, rows);
      for (const { accountId, reason } of made) {
        if (reason !== undefined) await setAside(tx, run, accountId, reason);
      }
      return { cursor, count: made.filter(({ rows }) => rows.length > 0).length };
    });
  } catch (error) {
    if (error instanceof LeaseLost || isPassing(error)) throw error;
    const [only, ...others] = made;
    if (!only) throw error;
    if (others.length > 0) {
      for (const one of made) await writePage(context, run, [one], cursor);
      return;
    }
    await writePage(context, run, [{ accountId: only.accountId, rows: [], reason: reasonOf(error) }], cursor);
  }
}

/** Makes the statements of an account up to a day, and answers their rows, unwritten. Mostly one; two after one that was killed. */
async function makeUpTo(context: Context, day: string, accountId: string): Promise<StatementRow[]> {
  const row = await readRow(context.database, accountId);
  const rows: StatementRow[] = [];
  let [before] = await context.database.query(selectStatements(accountId, undefined, 1));
  while ((before?.toDate ?? '') < day) {
    const kept = await makeNext(context, row, before, day);
    if (!kept) break;
    before = rowOf(row, kept);
    rows.push(before);
  }
  return rows;
}

async function makeNext(
  context: Context,
  row: AccountRow,
  before: StatementRow | undefined,
  toDate: string,
): Promise<Kept | undefined> {
  const lines = await readLines(context, row, spanOf(row, before, toDate), LINES_MAX);
  if (isNothingToTell(row, lines, toDate)) return undefined;
  const checkpoint = await checkpointOf(context, row.id, lines);
  return keepNext(context, row, before, toDate, { ...lines, checkpoint });
}

/** The days of the next statement of an account. */
function spanOf(row: AccountRow, before: StatementRow | undefined, toDate: string): Span {
  return {
    fromDate: before ? Temporal.PlainDate.from(before.toDate).add({ days: 1 }).toString() : row.openDate,
    toDate,
    ...(before && { lateAfterVersion: before.knownLineNumber }),
  };
}

/** After transactions: where there are none, nothing is said. What is closed has a last one all the same. */
function isNothingToTell(row: AccountRow, { entries }: Lines, toDate: string): boolean {
  return row.statementFrequency === 'per_transaction' && entries.length === 0 && row.closeDate !== toDate;
}

/** Keeps the next statement of an account, and answers what is kept. */
async function keepNext(
  context: Context,
  row: AccountRow,
  before: StatementRow | undefined,
  toDate: string,
  lines: Pick<SignedLines, keyof Lines | 'checkpoint'>,
): Promise<Kept> {
  const heading = {
    ...spanOf(row, before, toDate),
    number: (before?.number ?? 0) + 1,
    frequency: row.statementFrequency,
    checkpoint: lines.checkpoint,
  };
  return keepDocument(context, row.partyId, await composeStatement(context, row, heading, lines));
}

function rowOf({ id: accountId, currency }: AccountRow, { statement, digest }: Kept): StatementRow {
  const minor = (money: Parameters<typeof fromMoney>[0] | undefined) =>
    String(fromMoney(money ?? { currencyCode: currency, amount: '0' }).minor);
  const { statementNumber: number, fromDate, toDate, lineCount, knownLineNumber, createTime } = statement;
  return {
    accountId,
    number,
    frequency: statementFrequencies.word(statement.frequency),
    fromDate,
    toDate,
    currency,
    openingBalance: minor(statement.openingBalance),
    closingBalance: minor(statement.closingBalance),
    creditTotal: minor(statement.creditTotal),
    debitTotal: minor(statement.debitTotal),
    lineCount,
    knownLineNumber,
    digest,
    objectKey: statementKey(accountId, number),
    createTime: String(createTime ? timestampMs(createTime) : 0),
  };
}

/** Makes what could not be made of an account, up to the day on which it was set aside. Who throws leaves it set aside. */
export async function makeAgain(context: Context, accountId: string, day: string): Promise<void> {
  const rows = await makeUpTo(context, day, accountId);
  await context.database.transaction(async (tx) => {
    await writeStatements(context, tx, rows);
  });
}

/** Writes the rows of statements, and tells of those that were not there: somebody else may have made the same. */
async function writeStatements({ log }: Context, tx: Tx, rows: readonly StatementRow[]): Promise<void> {
  if (rows.length === 0) return;
  const nameOf = ({ accountId, number }: Pick<StatementRow, 'accountId' | 'number'>) => `${accountId}/${number}`;
  const written = new Set((await tx.query(insertStatements(rows))).map(nameOf));
  const call = ownCall('account', log);
  const events = rows.filter((row) => written.has(nameOf(row))).map((row) => statementMade(row, call));
  if (events.length > 0) await tx.query(insertOutbox(events));
}
