// Parked events: one that cannot take effect, and those of its aggregate that wait behind it, until somebody releases them.
import { type RawBuilder, sql } from 'kysely';
import type { Arrived, Lease } from './arrived.ts';
import type { Database, Tx } from './database.ts';
import { asBuffer } from './encode.ts';
import { sqlArray } from './sql-array.ts';

/** Parks events; `reason` is empty for those that only wait behind another of their aggregate. */
export function insertParked(
  { producer, partition }: Lease,
  events: readonly Arrived[],
  reason: string,
): RawBuilder<unknown> {
  const rows = events.map(
    ({ bytes, envelope }) => sql`(
      ${producer}, ${partition}, ${envelope.producerSequence}::bigint, ${envelope.eventId}, ${envelope.type},
      ${envelope.aggregateId}, ${asBuffer(bytes)}::bytea, ${reason}
    )`,
  );
  return sql`
    insert into parked_event
      (producer, partition, producer_sequence, event_id, type, aggregate_id, envelope, reason)
    values ${sql.join(rows)}
  `;
}

/** Which aggregates of these events have events parked. */
export async function parkedAggregates(tx: Tx, producer: string, events: readonly Arrived[]): Promise<Set<string>> {
  const rows = await tx.query(sql<{ aggregate_id: string }>`
    select distinct aggregate_id from parked_event where producer = ${producer}
    and aggregate_id = any(${sqlArray(events.map(({ envelope }) => envelope.aggregateId))}::text[])
  `);
  return new Set(rows.map((row) => row.aggregate_id));
}

/** Lets the parked events of an aggregate be tried again, the earliest first. Answers how many there are. */
export async function releaseParked(database: Database, producer: string, aggregateId: string): Promise<number> {
  const rows = await database.query(sql`
    update parked_event set released = true where producer = ${producer} and aggregate_id = ${aggregateId} returning 1
  `);
  return rows.length;
}
