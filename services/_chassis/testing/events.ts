// What a service wrote into its outbox, for tests.
import { type DescMessage, fromBinary, type MessageShape } from '@bufbuild/protobuf';
import { type CommandRecorded, CommandRecordedSchema, EventEnvelopeSchema } from '#gen/bank/type/v1/event_pb.ts';
import type { TestDatabase } from './database.ts';

/** The events about a thing, in their order: `AccountOpened 1`. */
export async function eventsOf(database: TestDatabase, aggregateId: string): Promise<string[]> {
  const rows = await database.query<{ event: string }>(
    `select substring(type from '[^.]+$') || ' ' || aggregate_sequence as event
     from outbox where aggregate_id = $1 order by aggregate_sequence`,
    [aggregateId],
  );
  return rows.map(({ event }) => event);
}

/** The events of one type that a service wrote, in their order. */
export async function publishedOf<D extends DescMessage>(
  database: TestDatabase,
  schema: D,
): Promise<MessageShape<D>[]> {
  const rows = await database.query<{ envelope: Buffer }>(
    'select envelope from outbox where type = $1 order by event_id',
    [schema.typeName],
  );
  return rows.map(({ envelope }) => fromBinary(schema, fromBinary(EventEnvelopeSchema, envelope).payload));
}

/** The audit records of the commands with this request_id. */
export async function recordsOf(database: TestDatabase, requestId: string): Promise<CommandRecorded[]> {
  const records = await publishedOf(database, CommandRecordedSchema);
  return records.filter((record) => record.requestId === requestId);
}
