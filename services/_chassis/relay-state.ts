// What the relay leaves behind for operators: how far the stream had come when it last looked; and what they leave for it.
import { fromBinary } from '@bufbuild/protobuf';
import { timestampMs } from '@bufbuild/protobuf/wkt';
import { type RawBuilder, sql } from 'kysely';
import { EventEnvelopeSchema } from '#gen/bank/type/v1/event_pb.ts';
import type { Database } from './database.ts';

/** How a service's own events flow. */
export interface OwnFlow {
  /** The last number that was given. */
  readonly last: number;
  /** The last number that stood in the stream. */
  readonly published: number;
  /** The events that did not. */
  readonly unpublished: number;
  /** When the oldest of these occurred. */
  readonly oldestMs: number | undefined;
  /** When the relay looked. */
  readonly seenMs: number | undefined;
  /** From which number on they are about to be published anew. */
  readonly republish: number | undefined;
}

/** The number from which operators want the events published anew; undefined when they do not. */
export async function askedAnew(database: Database): Promise<number | undefined> {
  const [row] = await database.query(sql<{ number: string }>`
    select republish_from as number from relay_state where republish_from is not null
  `);
  return row && Number(row.number);
}

/** So often a relay says that it leads, where nothing else has changed. */
const SEEN = sql.raw(`interval '1 minute'`);

/**
 * Notes how far the stream has come. Where it was made anew from `done` on, nothing more is asked for. Nothing is written, and nothing has to
 * be flushed, while all is as it was a moment ago.
 */
export async function noteStream(database: Database, published: number, done?: number): Promise<void> {
  await database.query(sql`
    update relay_state set published_sequence = ${published}, seen_time = now(),
    republish_from = nullif(republish_from, ${done ?? null}::bigint)
    where published_sequence <> ${published} or republish_from = ${done ?? null}::bigint
      or seen_time is null or seen_time < now() - ${SEEN}
  `);
}

/** Asks the relay to publish the events anew; of several such wishes the one that reaches back furthest counts. */
export function askAnew(from: number): RawBuilder<unknown> {
  return sql`update relay_state set republish_from = least(republish_from, ${from}::bigint)`;
}

/** The last number that was given to an event. */
export function selectLastNumber(): RawBuilder<{ last: string }> {
  return sql<{ last: string }>`select max(last_sequence) as last from relay_partition`;
}

/** Reads how the service's own events flow. */
export async function readOwnFlow(database: Database): Promise<OwnFlow> {
  const [row] = await database.query(sql<{
    last: string;
    published: string;
    seenMs: number | null;
    republish: string | null;
    unnumbered: string;
    oldestNumbered: Buffer | null;
    oldestUnnumbered: Buffer | null;
  }>`
    select n.last, s.published_sequence as published, floor(extract(epoch from s.seen_time) * 1000)::float8 as "seenMs",
      s.republish_from as republish, (select count(*) from outbox where producer_sequence is null) as unnumbered,
      (
        select envelope from outbox where producer_sequence > s.published_sequence order by producer_sequence limit 1
      ) as "oldestNumbered",
      (select envelope from outbox where producer_sequence is null order by event_id limit 1) as "oldestUnnumbered"
    from relay_state s, (select max(last_sequence) as last from relay_partition) n
  `);
  if (!row) throw new Error('the table relay_state is empty');
  const [last, published] = [Number(row.last), Number(row.published)];
  const oldest = [row.oldestNumbered, row.oldestUnnumbered].filter((envelope) => envelope !== null);
  const times = oldest.map((envelope) => {
    const { occurTime } = fromBinary(EventEnvelopeSchema, envelope);
    return occurTime ? timestampMs(occurTime) : Number.POSITIVE_INFINITY;
  });
  return {
    last,
    published,
    unpublished: Math.max(0, last - published) + Number(row.unnumbered),
    oldestMs: times.length > 0 ? Math.min(...times) : undefined,
    seenMs: row.seenMs ?? undefined,
    republish: row.republish === null ? undefined : Number(row.republish),
  };
}
