// Merges are told twice: what was under way for the one who was merged, when all others heard of it, has come to rest by the second time.
import { ownCall } from '#chassis/call-context.ts';
import type { CommandTx } from '#chassis/command.ts';
import { insertOutbox, type OutboxEvent, outboxEvent } from '#chassis/outbox.ts';
import { repeat } from '#chassis/repeat.ts';
import type { Context } from './context.ts';
import { publishMerged } from './events.ts';
import { lockUntold, markToldAgain, moveBelongings } from './merge-tables.ts';

const EVERY_MS = 1_000;
const AT_ONCE = 100;
/** No command takes as long. */
const AGAIN_MS = 60 * 60 * 1_000;

/** Tells of merges again that are an hour old, and makes the survivor's here as well what has come since. */
export function tellMergesAgain(context: Context): () => Promise<void> {
  return repeat(EVERY_MS, () => tellAgain(context), context.log, 'merges are still to be told again');
}

async function tellAgain({ database, log }: Context): Promise<void> {
  await database.transaction(async ({ query }) => {
    const merges = await query(lockUntold(new Date(Date.now() - AGAIN_MS), AT_ONCE));
    const events: OutboxEvent[] = [];
    const call = ownCall('customer', log);
    const publish: CommandTx['publish'] = (schema, event, aggregate) => {
      events.push(outboxEvent(schema, event, aggregate, call));
    };
    for (const merge of merges) {
      await query(moveBelongings(merge.mergedCustomerId));
      await query(markToldAgain(merge.mergedCustomerId));
      publishMerged({ publish }, merge);
    }
    if (events.length > 0) await query(insertOutbox(events));
  });
}
