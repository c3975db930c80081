// What a batch writes, in bulk, in the order in which it was decided.
import { packRefusal } from '#chassis/claims.ts';
import type { Tx } from '#chassis/database.ts';
import type { Refusal } from '#chassis/errors.ts';
import { insertOutbox } from '#chassis/outbox.ts';
import { after, type Chain } from './chain.ts';
import type { Kind } from './domain/kinds.ts';
import { journalLeaf, refusedLeaf } from './domain/leaf.ts';
import { journalsPosted } from './events.ts';
import { type HoldBook, stepWriter } from './holds.ts';
import { postedMessage, refusedMessage } from './messages.ts';
import type { Numbers } from './numbers.ts';
import type { Booked, Draft } from './posting.ts';
import { insertEntries, insertJournals, insertRefusedJournals, type RefusedRow } from './tables.ts';

/** A draft that was refused for good. */
export interface Refused {
  readonly draft: Draft;
  readonly refusal: Refusal;
}

/** What a batch has decided. */
export interface Decided {
  readonly booked: readonly Omit<Booked, 'no'>[];
  readonly refused: readonly Refused[];
  readonly holds: HoldBook;
  readonly now: Date;
}

/** What a batch is written with: numbers for its journals and steps, and the chain that it is a block of. */
export interface Means {
  readonly numbers: Numbers;
  readonly chain: Chain;
}

/** Writes the block of a batch with its journals, steps of holds, entries, events and refusals. */
export async function write(
  tx: Tx,
  { booked, refused, holds, now }: Decided,
  { numbers, chain }: Means,
): Promise<void> {
  const decided = booked.length + refused.length;
  const nos = await numbers(tx, decided + holds.steps.length + holds.refused.length);
  const journals = booked.map((one, index) => ({
    ...one,
    no: nos[index] as bigint,
    message: postedMessage(one, now),
  }));
  const turnedDown = refused.map(({ draft, refusal }, index): RefusedRow => {
    const no = nos[booked.length + index] as bigint;
    return { no, ...draft, kind: kindOf(draft, holds), knownTime: now, refusal: packRefusal(refusal) };
  });
  const steps = stepWriter(holds, nos.slice(decided), now);
  const leaves = [
    ...journals.map(({ draft, message }) => journalLeaf(message, draft.fingerprint)),
    ...turnedDown.map((row) => refusedLeaf(refusedMessage(row))),
    ...steps.leaves,
  ];
  if (leaves.length === 0) return;
  const place = await chain.extend(tx, leaves, now);
  if (journals.length > 0) await tx.query(insertJournals(journals, now, place));
  await steps.beforeEntries(tx, after(place, decided));
  if (journals.length > 0) await tx.query(insertEntries(journals));
  await steps.afterEntries(tx, after(place, decided));
  const events = [...journalsPosted(journals, place), ...steps.events];
  if (events.length > 0) await tx.query(insertOutbox(events));
  if (turnedDown.length > 0) await tx.query(insertRefusedJournals(turnedDown, after(place, journals.length)));
}

function kindOf({ content }: Draft, { holds }: HoldBook): Kind {
  if ('journal' in content) return content.journal.kind;
  if ('reverses' in content) return 'reversal';
  const { kind, holdId } = content.captures;
  return kind ?? holds.get(holdId)?.kind ?? 'transfer';
}
