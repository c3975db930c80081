// Writes what a batch has decided: its block, its journals with their entries and events, and its refusals.
import { packRefusal } from '#chassis/claims.ts';
import type { Tx } from '#chassis/database.ts';
import type { Refusal } from '#chassis/errors.ts';
import { insertOutbox } from '#chassis/outbox.ts';
import type { Journal } from '#gen/bank/ledger/v1/ledger_pb.ts';
import type { Chain } from './chain.ts';
import { journalLeaf, refusedLeaf } from './domain/leaf.ts';
import { journalPosted } from './events.ts';
import { postedMessage, refusedMessage } from './messages.ts';
import type { Booked, Draft } from './posting.ts';
import { insertEntries, insertJournals, insertRefusedJournals } from './tables.ts';

/** A draft that was refused for good. */
export interface Refused {
  readonly draft: Draft;
  readonly refusal: Refusal;
}

/** What a batch is written with: numbers for its journals, and the chain that it is a block of. */
export interface Means {
  readonly numbers: (tx: Tx, count: number) => Promise<bigint[]>;
  readonly chain: Chain;
}

/** What a batch has decided. */
interface Decided {
  readonly booked: readonly Omit<Booked, 'no'>[];
  readonly refused: readonly Refused[];
  readonly now: Date;
}

/** Writes a batch, if there is anything to write. */
export async function writeBatch(tx: Tx, { booked, refused, now }: Decided, { numbers, chain }: Means): Promise<void> {
  if (booked.length + refused.length === 0) return;
  const nos = await numbers(tx, booked.length + refused.length);
  const journals = booked.map((one, index) => ({ ...one, no: nos[index] as bigint }));
  const messages = journals.map((journal) => postedMessage(journal, now));
  const rows = refused.map(({ draft, refusal }, index) => ({
    no: nos[booked.length + index] as bigint,
    ...draft,
    kind: 'journal' in draft.content ? draft.content.journal.kind : ('reversal' as const),
    knownTime: now,
    refusal: packRefusal(refusal),
  }));
  const leaves = journals.map(({ draft }, index) => journalLeaf(messages[index] as Journal, draft.fingerprint));
  const place = await chain.extend(tx, [...leaves, ...rows.map((row) => refusedLeaf(refusedMessage(row)))], now);
  if (journals.length > 0) {
    await tx.query(insertJournals(journals, now, place));
    await tx.query(insertEntries(journals));
    await tx.query(insertOutbox(journals.map((journal, index) => journalPosted(journal, messages[index] as Journal))));
  }
  if (rows.length > 0) {
    await tx.query(insertRefusedJournals(rows, { ...place, first: place.first + BigInt(journals.length) }));
  }
}
