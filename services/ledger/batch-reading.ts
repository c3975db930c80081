// What a batch reads before it decides: what is known of its journals, and the accounts, locked.
import { unpackRefusal } from '#chassis/claims.ts';
import type { Tx } from '#chassis/database.ts';
import type { AccountState } from './domain/core.ts';
import type { Original } from './domain/reversal.ts';
import type { Draft, Outcome } from './posting.ts';
import { lockAccounts, selectKnownJournals } from './tables.ts';

/** What became of a journal before. */
export interface Known {
  readonly fingerprint: Buffer;
  readonly outcome: Outcome;
}

/** What is known of drafts, and of those that they come after. */
export async function readKnown(tx: Tx, drafts: readonly Draft[]): Promise<Map<string, Known>> {
  const ids = new Set(drafts.map(({ id }) => id));
  for (const { after } of drafts) if (after !== '') ids.add(after);
  const rows = await tx.query(selectKnownJournals([...ids]));
  return new Map(
    rows.map((row) => [
      row.id,
      {
        fingerprint: row.fingerprint,
        outcome: row.refusal
          ? { refusal: unpackRefusal(row.refusal) }
          : { booking: { bookingDate: row.bookingDate, valueDate: row.valueDate, knownTime: new Date(row.knownTime) } },
      },
    ]),
  );
}

/** The journals to undo that are not undone yet by these very drafts. */
export function reversedIds(drafts: readonly Draft[], known: ReadonlyMap<string, Known>): string[] {
  return drafts.flatMap(({ id, content }) =>
    'reverses' in content && !known.has(id) ? [content.reverses.journalId] : [],
  );
}

/** Locks the accounts of drafts, of what they undo and of holds, and reads them. */
export async function readAccounts(
  tx: Tx,
  drafts: readonly Draft[],
  originals: ReadonlyMap<string, Original>,
  ofHolds: readonly string[],
): Promise<ReadonlyMap<string, AccountState>> {
  const ids = new Set<string>(ofHolds);
  for (const { content } of drafts) {
    if ('journal' in content) for (const { accountId } of content.journal.legs) ids.add(accountId);
  }
  for (const { legs } of originals.values()) for (const { accountId } of legs) ids.add(accountId);
  const accounts = await lockAccounts(tx, [...ids]);
  return new Map(accounts.map((account) => [account.id, account]));
}
