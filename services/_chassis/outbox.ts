// The outbox: events are written in the transaction of what they tell, and published from there. It is never dropped.
import type { DescMessage, MessageInitShape } from '@bufbuild/protobuf';
import { create, isMessage, toBinary } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { type RawBuilder, sql } from 'kysely';
import { EventEnvelopeSchema } from '#gen/bank/type/v1/event_pb.ts';
import { actorOf, type Call } from './call-context.ts';
import { newId } from './id.ts';
import { plainArray } from './sql-array.ts';
import { traceparentOf } from './trace.ts';

/** A row of the outbox. */
export interface OutboxRow {
  readonly eventId: string;
  readonly type: string;
  readonly aggregateId: string;
  readonly aggregateSequence: bigint;
  readonly envelope: Uint8Array;
}

/** Which thing an event is about, and which of its events it is (from 1, without a gap). */
export interface Aggregate {
  readonly id: string;
  readonly sequence: bigint | number;
}

/** Puts an event into its envelope. */
export function outboxRow<D extends DescMessage>(
  schema: D,
  event: MessageInitShape<D>,
  aggregate: Aggregate,
  call: Pick<Call, 'principal' | 'origin' | 'trace'> & Partial<Call>,
): OutboxRow {
  const eventId = newId('evt');
  const aggregateSequence = BigInt(aggregate.sequence);
  const envelope = create(EventEnvelopeSchema, {
    eventId,
    type: schema.typeName,
    aggregateId: aggregate.id,
    aggregateSequence,
    actor: actorOf(call as Call),
    traceparent: traceparentOf(call.trace),
    occurTime: timestampFromMs(Date.now()),
    payload: toBinary(schema, isMessage(event, schema) ? event : create(schema, event)),
  });
  return {
    eventId,
    type: schema.typeName,
    aggregateId: aggregate.id,
    aggregateSequence,
    envelope: toBinary(EventEnvelopeSchema, envelope),
  };
}

/**
 * The statement that writes rows into the outbox. The envelopes travel as one value that is cut apart there: a bytea
 * travels as it is, where an array of them would be written out in hexadecimal digits and read again.
 */
export function insertOutbox(rows: readonly OutboxRow[]): RawBuilder<unknown> {
  const starts: number[] = [];
  for (let start = 1, row = 0; row < rows.length; row += 1) {
    starts.push(start);
    start += rows[row]?.envelope.length ?? 0;
  }
  return sql`
    insert into outbox (event_id, type, aggregate_id, aggregate_sequence, envelope)
    select event_id, type, aggregate_id, aggregate_sequence, substring(e.all_of_them from start for length)
    from (select ${Buffer.concat(rows.map(({ envelope }) => envelope))}::bytea as all_of_them) e,
    unnest(
      ${plainArray(rows.map(({ eventId }) => eventId))}::text[],
      ${rows.map(({ type }) => type)}::text[],
      ${rows.map(({ aggregateId }) => aggregateId)}::text[],
      ${plainArray(rows.map(({ aggregateSequence }) => aggregateSequence))}::bigint[],
      ${plainArray(starts)}::integer[],
      ${plainArray(rows.map(({ envelope }) => envelope.length))}::integer[]
    ) as r (event_id, type, aggregate_id, aggregate_sequence, start, length)
  `;
}

/** The same bytes as a Buffer, which is what the database driver binds as bytea. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
