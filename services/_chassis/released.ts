// Released events: those that were parked and are tried again.
import { sql } from 'kysely';
import { arrived, type Lease } from './arrived.ts';
import { isPassing } from './database.ts';
import { sayError } from './describe-error.ts';
import { handleEvents, type InboxParts, lockCursor, prepare } from './inbox.ts';

interface Parked {
  readonly producer_sequence: string;
  readonly aggregate_id: string;
  readonly envelope: Buffer;
}

/** The partitions of a producer that have released events. */
export async function releasedPartitions({ database }: InboxParts, producer: string): Promise<Set<number>> {
  const rows = await database.query(sql<{ partition: number }>`
    select distinct partition from parked_event where producer = ${producer} and released
  `);
  return new Set(rows.map(({ partition }) => partition));
}

/** Tries released events of a partition. Answers whether there were any. One that fails is parked again with its aggregate. */
export async function tryReleased(parts: InboxParts, lease: Lease): Promise<boolean> {
  const [parked] = await parts.database.query(sql<Parked>`
    select producer_sequence, aggregate_id, envelope from parked_event
    where producer = ${lease.producer} and partition = ${lease.partition} and released
    order by producer_sequence limit 1
  `);
  if (!parked) return false;
  const own = sql`producer = ${lease.producer} and producer_sequence = ${parked.producer_sequence}`;
  const all = sql`producer = ${lease.producer} and aggregate_id = ${parked.aggregate_id}`;
  try {
    const { envelope } = arrived(parked.envelope);
    const prepared = await prepare(parts.subscription, [envelope]);
    await parts.database.transaction(async (tx) => {
      await lockCursor(tx, lease);
      // It may have been dropped since.
      const [still] = await tx.query(sql<object>`select from parked_event where ${own} for update`);
      if (!still) return;
      await handleEvents(parts, tx, [envelope], prepared);
      await tx.query(sql`delete from parked_event where ${own}`);
      // Those that came to wait behind it in the meantime are released with it.
      await tx.query(sql`update parked_event set released = true where ${all}`);
    });
  } catch (error) {
    if (isPassing(error)) throw error;
    parts.log.error({ error, aggregateId: parked.aggregate_id }, 'a released event failed, and is parked again');
    await parts.database.query(sql`update parked_event set released = false where ${all}`);
    await parts.database.query(sql`
      update parked_event set reason = ${sayError(error)}, attempts = attempts + 1 where ${own}
    `);
  }
  return true;
}
