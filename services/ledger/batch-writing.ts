// What a batch writes, in bulk, in the order in which it was decided.
import { packRefusal } from '#chassis/claims.ts';
import type { Tx } from '#chassis/database.ts';
import type { Refusal } from '#chassis/errors.ts';
import { insertOutbox } from '#chassis/outbox.ts';
import type { Kind } from './domain/kinds.ts';
import { holdStepped, journalPosted } from './events.ts';
import { type HoldBook, stepWriter } from './holds.ts';
import type { Numbers } from './numbers.ts';
import type { Booked, Draft } from './posting.ts';
import { insertEntries, insertJournals, insertRefusedJournals } from './tables.ts';

/** What a batch has decided. */
export interface Decided {
  readonly booked: readonly Omit<Booked, 'no'>[];
  readonly refused: readonly { readonly draft: Draft; readonly refusal: Refusal }[];
  readonly holds: HoldBook;
}

/** Writes journals, steps of holds, entries, events and refusals. */
export async function write(
  tx: Tx,
  { booked, refused, holds }: Decided,
  { numbers, now }: { numbers: Numbers; now: Date },
): Promise<void> {
  const decided = booked.length + refused.length;
  const nos = await numbers(tx, decided + holds.steps.length + holds.refused.length);
  const journals = booked.map((one, index) => ({ ...one, no: nos[index] as bigint }));
  const steps = stepWriter(holds, nos.slice(decided));
  if (journals.length > 0) await tx.query(insertJournals(journals, now));
  await steps.beforeEntries(tx);
  if (journals.length > 0) await tx.query(insertEntries(journals));
  await steps.afterEntries(tx);
  const events = [...journals.map((one) => journalPosted(one, now)), ...holds.steps.map(holdStepped)];
  if (events.length > 0) await tx.query(insertOutbox(events));
  if (refused.length > 0) {
    const rows = refused.map(({ draft, refusal }, index) => ({
      no: nos[booked.length + index] as bigint,
      ...draft,
      kind: kindOf(draft, holds),
      refusal: packRefusal(refusal),
    }));
    await tx.query(insertRefusedJournals(rows, now));
  }
}

function kindOf({ content }: Draft, { holds }: HoldBook): Kind {
  if ('journal' in content) return content.journal.kind;
  if ('reverses' in content) return 'reversal';
  const { kind, holdId } = content.captures;
  return kind ?? holds.get(holdId)?.kind ?? 'transfer';
}
