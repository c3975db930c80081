// The outbox: events are written in the transaction of what they tell, and published from there. It is never dropped.
import type { DescMessage, Message, MessageInitShape } from '@bufbuild/protobuf';
import { create, isMessage } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { type RawBuilder, sql } from 'kysely';
import { type EventEnvelope, EventEnvelopeSchema } from '#gen/bank/type/v1/event_pb.ts';
import { actorOf, type Call } from './call-context.ts';
import { asBuffer, toBinaries } from './encode.ts';
import { newId } from './id.ts';
import { sqlArray } from './sql-array.ts';
import { traceparentOf } from './trace.ts';

/** An event on its way to the outbox. */
export interface OutboxEvent {
  readonly eventId: string;
  readonly schema: DescMessage;
  readonly event: Message;
  readonly aggregate: Aggregate;
  readonly call: EventCall;
  readonly occurTime: number;
}

/** Which thing an event is about, and which of its events it is (from 1, without a gap). */
export interface Aggregate {
  readonly id: string;
  readonly sequence: bigint | number;
}

type EventCall = Pick<Call, 'principal' | 'origin' | 'trace'> & Partial<Call>;

/** An event for the outbox, as it happens now. It is encoded when it is written, and must not be changed till then. */
export function outboxEvent<D extends DescMessage>(
  schema: D,
  event: MessageInitShape<D>,
  aggregate: Aggregate,
  call: EventCall,
): OutboxEvent {
  const message = isMessage(event, schema) ? event : create(schema, event);
  return { eventId: newId('evt'), schema, event: message, aggregate, call, occurTime: Date.now() };
}

/**
 * The statement that writes events into the outbox. The envelopes travel as one value that is cut apart there: a bytea
 * travels as it is, where an array of them would be written out in hexadecimal digits and read again.
 */
export function insertOutbox(events: readonly OutboxEvent[]): RawBuilder<unknown> {
  const envelopes = toBinaries(EventEnvelopeSchema, envelopesOf(events));
  return sql`
    insert into outbox (event_id, type, aggregate_id, aggregate_sequence, envelope)
    select event_id, type, aggregate_id, aggregate_sequence, substring(e.all_of_them from start for length)
    from (select ${asBuffer(envelopes.bytes)}::bytea as all_of_them) e,
    unnest(
      ${sqlArray(events.map(({ eventId }) => eventId))}::text[],
      ${sqlArray(events.map(({ schema }) => schema.typeName))}::text[],
      ${sqlArray(events.map(({ aggregate }) => aggregate.id))}::text[],
      ${sqlArray(events.map(({ aggregate }) => aggregate.sequence))}::bigint[],
      ${sqlArray(envelopes.starts.map((start) => start + 1))}::integer[],
      ${sqlArray(envelopes.lengths)}::integer[]
    ) as r (event_id, type, aggregate_id, aggregate_sequence, start, length)
  `;
}

function envelopesOf(events: readonly OutboxEvent[]): EventEnvelope[] {
  const payloads = payloadsOf(events);
  return events.map(({ eventId, schema, aggregate, call, occurTime }, index) =>
    create(EventEnvelopeSchema, {
      eventId,
      type: schema.typeName,
      aggregateId: aggregate.id,
      aggregateSequence: BigInt(aggregate.sequence),
      actor: actorOf(call as Call),
      traceparent: traceparentOf(call.trace),
      occurTime: timestampFromMs(occurTime),
      payload: payloads[index] ?? new Uint8Array(),
    }),
  );
}

/** The events in their own encoding: those of one type at once. */
function payloadsOf(events: readonly OutboxEvent[]): Uint8Array<ArrayBuffer>[] {
  const payloads: Uint8Array<ArrayBuffer>[] = [];
  for (const [schema, places] of Map.groupBy(events.keys(), (index) => events[index]?.schema as DescMessage)) {
    const encoded = toBinaries(
      schema,
      places.map((index) => events[index]?.event as Message),
    );
    places.forEach((index, place) => {
      payloads[index] = encoded.of(place);
    });
  }
  return payloads;
}
