// Parked events: one that cannot take effect, and those of its aggregate that wait behind it, until somebody releases them.
import { type RawBuilder, sql } from 'kysely';
import type { Arrived, Lease } from './arrived.ts';
import type { Tx } from './database.ts';
import { asBuffer } from './encode.ts';
import { sqlArray } from './sql-array.ts';

/** Parks events; without a failure they only wait behind another of their aggregate. */
export function insertParked(
  { producer, partition }: Lease,
  events: readonly Arrived[],
  { reason, attempts }: { readonly reason: string; readonly attempts: number } = { reason: '', attempts: 0 },
): RawBuilder<unknown> {
  const rows = events.map(
    ({ bytes, envelope }) => sql`(
      ${producer}, ${partition}, ${envelope.producerSequence}::bigint, ${envelope.eventId}, ${envelope.type},
      ${envelope.aggregateId}, ${asBuffer(bytes)}::bytea, ${reason}, ${attempts}::int
    )`,
  );
  return sql`
    insert into parked_event
      (producer, partition, producer_sequence, event_id, type, aggregate_id, envelope, reason, attempts)
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

/** A parked event, as its row has it. */
export interface ParkedRow {
  readonly producer: string;
  readonly sequence: string;
  readonly eventId: string;
  readonly type: string;
  readonly aggregateId: string;
  readonly reason: string;
  readonly attempts: number;
  readonly parkMs: number;
  readonly released: boolean;
}

/** Where a page of events begins: after this one. */
export interface After {
  readonly producer: string;
  readonly sequence: string;
}

const EVENT = sql`
  producer, producer_sequence as sequence, event_id as "eventId", type, aggregate_id as "aggregateId", reason, attempts,
  floor(extract(epoch from park_time) * 1000)::float8 as "parkMs"
`;

/** The parked events after one, of one producer or, with an empty name, of all. */
export function selectParked(producer: string, after: After, limit: number): RawBuilder<ParkedRow> {
  return sql<ParkedRow>`
    select ${EVENT}, released from parked_event where ${isAfter(producer, after)}
    order by producer, producer_sequence limit ${limit}
  `;
}

function isAfter(producer: string, after: After): RawBuilder<unknown> {
  return sql`
    (${producer}::text = '' or producer = ${producer}::text)
    and (producer, producer_sequence) > (${after.producer}, ${after.sequence}::bigint)
  `;
}

/** Locks the parked events of an aggregate, the earliest first. */
export function lockParked(producer: string, aggregateId: string): RawBuilder<{ sequence: string }> {
  return sql<{ sequence: string }>`
    select producer_sequence as sequence from parked_event
    where producer = ${producer} and aggregate_id = ${aggregateId} order by producer_sequence for update
  `;
}

/** The aggregate of a parked event. */
export function selectParkedAggregate(producer: string, sequence: string): RawBuilder<{ aggregateId: string }> {
  return sql<{ aggregateId: string }>`
    select aggregate_id as "aggregateId" from parked_event
    where producer = ${producer} and producer_sequence = ${sequence}::bigint
  `;
}

/** Lets the parked events of an aggregate be tried again, the earliest first. */
export function releaseParked(producer: string, aggregateId: string): RawBuilder<unknown> {
  return sql`update parked_event set released = true where producer = ${producer} and aggregate_id = ${aggregateId}`;
}

/** Who decided that an event is dropped, and why. */
export interface Dropping {
  readonly note: string;
  readonly actorId: string;
  readonly approverId: string;
}

/** A dropped event, as its row has it. */
export interface DroppedRow extends Omit<ParkedRow, 'released'>, Dropping {
  readonly dropMs: number;
}

/** Drops a parked event. Its inbox row stays behind, as if it had taken effect: published anew it is passed over. */
export function dropParked(
  { producer, sequence }: After,
  { note, actorId, approverId }: Dropping,
): readonly RawBuilder<unknown>[] {
  const own = sql`producer = ${producer} and producer_sequence = ${sequence}::bigint`;
  return [
    sql`
      insert into inbox (event_id, producer, producer_sequence)
      select event_id, producer, producer_sequence from parked_event where ${own}
    `,
    sql`
      insert into dropped_event (
        producer, producer_sequence, event_id, type, aggregate_id, envelope, reason, attempts, park_time,
        note, actor_id, approver_id
      )
      select producer, producer_sequence, event_id, type, aggregate_id, envelope, reason, attempts, park_time,
        ${note}, ${actorId}, ${approverId}
      from parked_event where ${own}
    `,
    sql`delete from parked_event where ${own}`,
  ];
}

/** The dropped events after one, of one producer or, with an empty name, of all. */
export function selectDropped(producer: string, after: After, limit: number): RawBuilder<DroppedRow> {
  return sql<DroppedRow>`
    select ${EVENT}, note, actor_id as "actorId", approver_id as "approverId",
      floor(extract(epoch from drop_time) * 1000)::float8 as "dropMs"
    from dropped_event where ${isAfter(producer, after)} order by producer, producer_sequence limit ${limit}
  `;
}

/** How many events are parked, by producer. */
export function countParked(): RawBuilder<{ producer: string; count: number }> {
  return sql<{ producer: string; count: number }>`
    select producer, count(*)::int as count from parked_event group by producer
  `;
}
