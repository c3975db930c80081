// What a statement is made of: the account, and its lines from the ledger.
import { randomBytes } from 'node:crypto';
import type { Onwards } from '#chassis/call.ts';
import { Refusal } from '#chassis/errors.ts';
import { deriveId } from '#chassis/id.ts';
import { toMoney } from '#chassis/money.ts';
import type { Statement } from '#gen/bank/account/v1/statement_pb.ts';
import type { Entry } from '#gen/bank/ledger/v1/ledger_pb.ts';
import type { Checkpoint } from '#gen/bank/type/v1/proof_pb.ts';
import { openDetails } from './accounts.ts';
import type { Context } from './context.ts';
import { refuse } from './domain/refusals.ts';
import { lineOf } from './domain/statement.ts';
import { type Heading, type Lines, statementOf } from './domain/statement-document.ts';
import { describeLines } from './entry-particulars.ts';
import type { AccountRow } from './tables.ts';

const PAGE = 1_000;
/** So many lines of each of a hundred accounts are a message that the ledger may send. */
const TOGETHER_MAX = 100;
const SALT_BYTES = 16;

/** The days of a statement, and what was on the one before. */
export interface Span {
  readonly fromDate: string;
  readonly toDate: string;
  /** The last line that was known to the statement before: what was booked late, since, is a line too. */
  readonly lateAfterVersion?: number;
}

/** Reads the lines of an account. Refuses STATEMENT_TOO_LONG. */
export async function readLines(
  context: Pick<Context, 'ledger' | 'database' | 'vault'>,
  row: Pick<AccountRow, 'id' | 'state' | 'currency'>,
  span: Span,
  limit: number,
  on?: Onwards,
): Promise<Lines> {
  if (row.state === 'pending') {
    // The ledger has not heard of it yet.
    const nothing = toMoney({ currency: row.currency, minor: 0n });
    return { opening: nothing, closing: nothing, entries: [], knownVersion: 0 };
  }
  const entries: Entry[] = [];
  const request = { ledgerAccountId: deriveId('lac', row.id), ...span, pageSize: PAGE };
  for (let pageToken = ''; ; ) {
    const page = await context.ledger.listEntries({ ...request, pageToken }, on);
    entries.push(...page.entries);
    if (entries.length > limit) throw refuse('STATEMENT_TOO_LONG', { limit: String(limit) });
    pageToken = page.nextPageToken;
    if (pageToken !== '') continue;
    const { openingBalance: opening, closingBalance: closing, knownVersion } = page;
    if (!opening || !closing) throw new Error('the ledger answered without balances');
    const lines = entries.map((entry) => lineOf(entry));
    const described = (await describeLines(context, new Map([[row.id, lines]]))).get(row.id) ?? lines;
    return { opening, closing, entries: described, knownVersion };
  }
}

/** The lines of an account with what is signed of them; `pending` while nothing is. */
export interface SignedLines extends Lines {
  readonly checkpoint: Checkpoint | undefined;
  readonly pending: boolean;
}

/** Reads the lines of many accounts at once. Accounts that have more than a few of them are left out. */
export async function readManyLines(
  context: Pick<Context, 'ledger' | 'database' | 'vault'>,
  spans: ReadonlyMap<string, Span>,
): Promise<Map<string, SignedLines>> {
  const ranges = [...spans].map(([id, span]) => ({ ledgerAccountId: deriveId('lac', id), ...span }));
  const { accounts } = await context.ledger.batchListEntries({ ranges, entriesMax: TOGETHER_MAX });
  const found = new Map(
    accounts.flatMap((account): [string, SignedLines][] => {
      const { ledgerAccountId, openingBalance: opening, closingBalance: closing, knownVersion, checkpoint } = account;
      if (account.truncated || !opening || !closing) return [];
      const entries = account.entries.map((entry) => lineOf(entry));
      const lines = { opening, closing, entries, knownVersion, checkpoint, pending: account.checkpointPending };
      return [[deriveId('acc', ledgerAccountId), lines]];
    }),
  );
  const described = await describeLines(context, new Map([...found].map(([id, { entries }]) => [id, entries])));
  return new Map([...found].map(([id, lines]) => [id, { ...lines, entries: described.get(id) ?? lines.entries }]));
}

/** The checkpoint that covers the newest of some lines. Refuses CHECKPOINT_PENDING while there is none. */
export async function checkpointOf(
  { ledger }: Pick<Context, 'ledger'>,
  accountId: string,
  { entries }: Lines,
  on?: Onwards,
): Promise<Checkpoint | undefined> {
  if (entries.length === 0) return undefined;
  const version = entries.reduce((newest, { lineNumber }) => Math.max(newest, lineNumber), 0);
  try {
    const { proof } = await ledger.getEntryProof({ ledgerAccountId: deriveId('lac', accountId), version }, on);
    return proof?.checkpoint;
  } catch (error) {
    // What is older than the blocks is covered by none.
    if (error instanceof Refusal && error.reason === 'ENTRY_NOT_CHAINED') return undefined;
    throw error;
  }
}

/** Puts a statement of an account together. */
export async function composeStatement(
  { vault, catalogue }: Pick<Context, 'vault' | 'catalogue'>,
  row: AccountRow,
  heading: Pick<Heading, 'number' | 'frequency' | 'fromDate' | 'toDate' | 'checkpoint'>,
  lines: Lines,
): Promise<Statement> {
  const [{ iban, displayName }, product] = await Promise.all([
    openDetails(vault, row),
    catalogue.version(row.productId, row.productVersion),
  ]);
  return statementOf(
    {
      ...heading,
      accountId: row.id,
      iban,
      displayName,
      productDisplayName: product.displayName,
      createTime: new Date(),
      salt: randomBytes(SALT_BYTES),
    },
    lines,
  );
}
