// How far a service is behind a producer, as the bus knows it: what its durables have before them, and how old the oldest of
// that is.
import { fromBinary } from '@bufbuild/protobuf';
import { timestampMs } from '@bufbuild/protobuf/wkt';
import type { JetStreamManager } from '@nats-io/jetstream';
import { sql } from 'kysely';
import { EventEnvelopeSchema } from '#gen/bank/type/v1/event_pb.ts';
import { durableOf, managerOf, partitionSubject, readStream, type StreamState, streamOf } from './bus.ts';
import type { Logger } from './log.ts';
import type { Operating } from './operating.ts';

/** How far behind. */
export interface Lag {
  readonly events: number;
  /** How long ago the oldest of them occurred; 0 when there is none. */
  readonly milliseconds: number;
}

/** How far a service is behind a producer. Undefined while the bus does not answer, and for one that has no stream. */
export async function lagBehind(
  { name, database, bus }: Pick<Operating, 'name' | 'database' | 'bus'>,
  producer: string,
  log: Logger,
): Promise<Lag | undefined> {
  const cursors = await database.query(sql<{ partition: number; last: string }>`
    select partition, last_sequence as last from inbox_partition where producer = ${producer}
  `);
  try {
    const manager = bus && (await managerOf(await bus.connection()));
    const stream = manager && (await readStream(manager, producer));
    if (!manager || !stream) return undefined;
    const pending = await pendingOf(manager, producer, name);
    const behind = cursors.filter(({ partition }) => (pending.get(durableOf(name, partition)) ?? 0) > 0);
    const times = await Promise.all(behind.map((cursor) => nextTime(manager, producer, stream, cursor)));
    return {
      events: [...pending.values()].reduce((sum, count) => sum + count, 0),
      milliseconds: Math.max(0, ...times.map((time) => (time === undefined ? 0 : Date.now() - time))),
    };
  } catch (error) {
    log.warn({ error, producer }, 'the bus does not tell how far behind the service is');
    return undefined;
  }
}

/** What each durable of a service has before it: not sent yet, or sent and not acknowledged. */
async function pendingOf(manager: JetStreamManager, producer: string, name: string): Promise<Map<string, number>> {
  const pending = new Map<string, number>();
  for await (const info of manager.consumers.list(streamOf(producer))) {
    const isOwn = info.name.startsWith(durableOf(name, ''));
    if (isOwn) pending.set(info.name, info.num_pending + info.num_ack_pending);
  }
  return pending;
}

/** When the first event of a partition after the cursor occurred; undefined when there is none. */
async function nextTime(
  manager: JetStreamManager,
  producer: string,
  { from }: StreamState,
  { partition, last }: { readonly partition: number; readonly last: string },
): Promise<number | undefined> {
  const place = Math.max(1, Number(last) + 1 - from + 1);
  const query = { seq: place, next_by_subj: partitionSubject(producer, partition) };
  const message = await manager.streams.getMessage(streamOf(producer), query);
  if (!message) return undefined;
  const { occurTime } = fromBinary(EventEnvelopeSchema, message.data);
  return occurTime && timestampMs(occurTime);
}
