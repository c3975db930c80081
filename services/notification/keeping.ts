// Notices are kept as long as the policy of retention says, and then removed, a few at a time, so that nobody waits for it.
import { repeat } from '#chassis/repeat.ts';
import type { Context } from './context.ts';
import { cutOffs } from './domain/retention.ts';
import type { Topic } from './domain/words.ts';
import { TOPIC_MESSAGES } from './inbox.ts';
import { deleteOld, lockOld, retentionInForce, selectOld } from './retention-tables.ts';

const EVERY_MS = 3_600_000;
const REMOVED_AT_ONCE = 500;

type Means = Pick<Context, 'database' | 'log'>;

/** Begins to look after it. Answers how to stop. */
export function startKeeping(context: Means): () => Promise<void> {
  return repeat(EVERY_MS, () => removeOld(context), context.log, 'old notices could not be removed');
}

/** Removes what is too old now. */
export async function removeOld({ database, log }: Means): Promise<void> {
  const { policy } = await retentionInForce(database);
  if (!policy) throw new Error('there is no policy of retention');
  const words = new Map(Object.entries(TOPIC_MESSAGES).map(([word, message]) => [message, word as Topic]));
  const now = Temporal.Now.zonedDateTimeISO('UTC');
  let removed = 0;
  for (const { topic, before } of cutOffs(policy, [...words.keys()], now)) {
    for (let found = REMOVED_AT_ONCE; found === REMOVED_AT_ONCE; removed += found) {
      found = await removeSome(database, words.get(topic) as Topic, before);
    }
  }
  if (removed > 0) log.info({ removed }, 'old notices were removed');
}

async function removeSome(database: Means['database'], topic: Topic, before: Temporal.Instant): Promise<number> {
  const keys = await database.query(selectOld(topic, before, REMOVED_AT_ONCE));
  if (keys.length === 0) return 0;
  await database.transaction(async (tx) => {
    for (const statement of lockOld(keys)) await tx.query(statement);
    await tx.query(deleteOld(keys));
  });
  return keys.length;
}
