// What a batch reads before it decides: what is known of its journals, and the accounts, locked.
import { unpackRefusal } from '#chassis/claims.ts';
import type { Tx } from '#chassis/database.ts';
import type { Amount } from '#chassis/money.ts';
import { balancingDebits } from './domain/balancing.ts';
import type { AccountState } from './domain/core.ts';
import type { Original } from './domain/reversal.ts';
import type { Draft, Outcome } from './posting.ts';
import { lockAccounts } from './stripes.ts';
import { type KnownJournalRow, selectKnownJournals, selectOriginals } from './tables.ts';

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
  const balancing = await readBalancing(tx, drafts, new Set(rows.map(({ id }) => id)));
  return new Map(rows.map((row) => [row.id, { fingerprint: row.fingerprint, outcome: outcomeOf(row, balancing) }]));
}

function outcomeOf(row: KnownJournalRow, balancing: ReadonlyMap<string, readonly Amount[]>): Outcome {
  if (row.refusal) return { refusal: unpackRefusal(row.refusal) };
  const { id, bookingDate, valueDate, knownTime } = row;
  return { booking: { bookingDate, valueDate, knownTime: new Date(knownTime), balancing: balancing.get(id) ?? [] } };
}

/** What the balancing legs of drafts that are known came to. */
async function readBalancing(
  tx: Tx,
  drafts: readonly Draft[],
  known: ReadonlySet<string>,
): Promise<ReadonlyMap<string, readonly Amount[]>> {
  const places = new Map<string, readonly number[]>();
  for (const { id, content } of drafts) {
    const legs = 'journal' in content && known.has(id) ? balancingDebits(content.journal.legs) : [];
    if (legs.length > 0) places.set(id, legs);
  }
  if (places.size === 0) return new Map();
  const originals = await selectOriginals(tx, [...places.keys()]);
  return new Map(
    [...originals].map(([id, { legs }]) => [
      id,
      (places.get(id) ?? []).flatMap((place) => {
        const leg = legs[place];
        return leg ? [{ currency: leg.currency, minor: leg.amount }] : [];
      }),
    ]),
  );
}

/** The journals to undo that are not undone yet by these very drafts. */
export function reversedIds(drafts: readonly Draft[], known: ReadonlyMap<string, Known>): string[] {
  return drafts.flatMap(({ id, content }) =>
    'reverses' in content && !known.has(id) ? [content.reverses.journalId] : [],
  );
}

/** Locks the accounts of drafts, of what they undo and of holds, and reads them: of striped ones the stripe of the lane. */
export async function readAccounts(
  tx: Tx,
  drafts: readonly Draft[],
  originals: ReadonlyMap<string, Original>,
  ofHolds: readonly string[],
  lane: bigint | undefined,
): Promise<ReadonlyMap<string, AccountState>> {
  const ids = new Set<string>(ofHolds);
  for (const { content } of drafts) {
    if ('journal' in content) for (const { accountId } of content.journal.legs) ids.add(accountId);
  }
  for (const { legs } of originals.values()) for (const { accountId } of legs) ids.add(accountId);
  return lockAccounts(tx, [...ids], lane);
}
