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
import type { AccountRow } from './tables.ts';

const PAGE = 1_000;
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
  { ledger }: Pick<Context, 'ledger'>,
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
    const page = await ledger.listEntries({ ...request, pageToken }, on);
    entries.push(...page.entries);
    if (entries.length > limit) throw refuse('STATEMENT_TOO_LONG', { limit: String(limit) });
    pageToken = page.nextPageToken;
    if (pageToken !== '') continue;
    const { openingBalance: opening, closingBalance: closing, knownVersion } = page;
    if (!opening || !closing) throw new Error('the ledger answered without balances');
    return { opening, closing, entries: entries.map((entry) => lineOf(entry)), knownVersion };
  }
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
