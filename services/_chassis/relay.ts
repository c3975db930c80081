// The relay: publishes the outbox on the bus, in the order of producer_sequence. One process of a service does so at a time;
// that is for order's cheapness only. What holds even when two believe to lead: numbers are given under a lock
// (numbering.ts), and each event names the place in the stream that it must come to stand in, which JetStream refuses
// to any other. The stream itself tells where to go on: one that lost its end, or is gone, gets it again from the outbox.
import { setTimeout as sleep } from 'node:timers/promises';
import { create, toBinary } from '@bufbuild/protobuf';
import { type JetStreamManager, jetstream } from '@nats-io/jetstream';
import { headers, type NatsConnection } from 'nats';
import { EventEnvelopeSchema, EventHeartbeatSchema } from '#gen/bank/type/v1/event_pb.ts';
import { makeBell } from './bell.ts';
import type { StreamLimits, StreamState } from './bus.ts';
import {
  type Bus,
  deleteStream,
  ensureStream,
  heartbeatSubject,
  managerOf,
  readStream,
  streamOf,
  subjectOf,
} from './bus.ts';
import type { Database } from './database.ts';
import { type Candidate, lead } from './leader.ts';
import type { Logger } from './log.ts';
import { type Numbered, numberEvents, numberedFrom } from './numbering.ts';
import { askedAnew, noteStream } from './relay-state.ts';

/** What the relay of a service needs. */
export interface RelayOptions {
  readonly service: string;
  readonly database: Database;
  /** For the connection that holds the lead. */
  readonly databaseUrl: string;
  readonly bus: Bus;
  readonly limits: StreamLimits;
  /** Told whether what is committed reaches the bus. */
  readonly report: (flow: boolean) => void;
  readonly log: Logger;
}

/** Events on their way to JetStream at once. */
const PUBLISHED_MAX = 500;
const ACK_MS = 5_000;
/** After a batch, others gather: a batch of ten costs the database little more than one event. */
const GATHER_MS = 20;
/** How soon events of other processes are found; those of this one wake the relay. */
const IDLE_MS = 200;
const HEARTBEAT_MS = 200;
const CHECK_MS = 1_000;
const BACKOFF_MIN_MS = 50;
const BACKOFF_MAX_MS = 2_000;
/** From when on it is told that events wait. */
const LAG_MS = 5_000;

/** Runs the relay of a service until it is stopped. */
export function relay(options: RelayOptions): Candidate {
  const { service, databaseUrl, log } = options;
  return lead({
    url: databaseUrl,
    name: `${service} relay`,
    log,
    work: (signal) => publishWhileLeading(options, signal),
  });
}

async function publishWhileLeading(options: RelayOptions, signal: AbortSignal): Promise<void> {
  const { database, log } = options;
  const turn = publisher(options);
  const bell = makeBell();
  // Whatever this process commits wakes it.
  const deaf = database.onCommit(bell.ring);
  let pause = BACKOFF_MIN_MS;
  let caughtUp = Date.now();
  let told = 0;
  while (!signal.aborted) {
    try {
      const busy = await turn();
      pause = BACKOFF_MIN_MS;
      options.report(true);
      if (!busy) caughtUp = Date.now();
      await (busy ? sleep(GATHER_MS) : bell.rung(IDLE_MS));
    } catch (error) {
      options.report(false);
      log.warn({ error }, 'the relay could not publish, and tries again');
      await sleep(pause * (0.5 + Math.random()), undefined, { signal }).catch(() => undefined);
      pause = Math.min(2 * pause, BACKOFF_MAX_MS);
    }
    if (Date.now() - told > LAG_MS && Date.now() - caughtUp > LAG_MS) {
      told = Date.now();
      log.warn({ lagMs: told - caughtUp }, 'events wait to be published');
    }
  }
  deaf();
}

/** Answers a function that publishes what waits, and tells whether there was anything. */
function publisher(options: RelayOptions): () => Promise<boolean> {
  const { service, database, bus, limits, log } = options;
  let stream: StreamState | undefined;
  let checked = 0;
  let beaten = 0;
  /** Whether numbered events may wait that this function has not numbered itself just now. */
  let unsure = true;

  async function look(): Promise<StreamState> {
    const manager = await managerOf(await bus.connection());
    const from = await askedAnew(database);
    if (from !== undefined) return anew(manager, from);
    const found = await readStream(manager, service);
    checked = Date.now();
    if (found && found.created === stream?.created && found.last === stream.last) {
      await noteStream(database, stream.last);
      return stream;
    }
    if (stream) log.warn({ known: stream, found }, 'the stream is not as it was left: it is filled from the outbox');
    const ensured = await ensureStream(manager, service, limits);
    await refuseForeign(options, manager, ensured);
    await noteStream(database, ensured.last);
    return ensured;
  }

  /** Puts the stream away, and makes one that begins with event number `from`. What is left undone here is done again. */
  async function anew(manager: JetStreamManager, from: number): Promise<StreamState> {
    log.warn({ from }, 'the events are published anew');
    await deleteStream(manager, service);
    const made = await ensureStream(manager, service, limits, from);
    checked = Date.now();
    await noteStream(database, made.last, from);
    return made;
  }

  async function turn(): Promise<boolean> {
    const numbered = await numberEvents(database);
    const client = await bus.connection();
    if (!stream || Date.now() - checked > CHECK_MS) {
      stream = await look();
      unsure = true;
    }
    if (numbered > 0 || unsure) {
      const events = await numberedFrom(database, stream.last + 1, PUBLISHED_MAX);
      if (events.length > 0) {
        await publish(client, service, stream, events);
        stream = { ...stream, last: stream.last + events.length };
        unsure = events.length === PUBLISHED_MAX;
        return true;
      }
      unsure = false;
    }
    if (numbered === 0 && Date.now() - beaten > HEARTBEAT_MS) {
      const producerSequence = BigInt(stream.last);
      client.publish(
        heartbeatSubject(service),
        toBinary(EventHeartbeatSchema, create(EventHeartbeatSchema, { producerSequence })),
      );
      beaten = Date.now();
    }
    return numbered > 0;
  }

  return () =>
    turn().catch((error: unknown) => {
      stream = undefined;
      throw error;
    });
}

/**
 * A stream that ends with another event than the outbox has under that number is another database's, or this one was
 * restored from before: what was numbered since would count as published.
 */
async function refuseForeign(
  { service, database }: RelayOptions,
  manager: JetStreamManager,
  stream: StreamState,
): Promise<void> {
  const stored = stream.last < stream.from ? null : await lastMessage(manager, service, stream);
  if (!stored) return;
  const [event] = await numberedFrom(database, stream.last, 1);
  if (event?.event_id === stored.header.get('Nats-Msg-Id')) return;
  throw new Error(
    `the stream ${streamOf(service)} ends with an event that the outbox has not: it has to be published anew`,
  );
}

/** The last message of a stream; null when it was kept long enough. */
function lastMessage(manager: JetStreamManager, service: string, { last, from }: StreamState) {
  return manager.streams.getMessage(streamOf(service), { seq: last - from + 1 });
}

/**
 * Publishes events, each to be refused unless the one before it stands right before it. So only the last has to be
 * acknowledged: it would not stand where it does without the others.
 */
async function publish(
  client: NatsConnection,
  service: string,
  stream: StreamState,
  events: readonly Numbered[],
): Promise<void> {
  const [last] = events.slice(-1);
  for (const [index, event] of events.entries()) {
    const number = stream.last + 1 + index;
    if (Number(event.producer_sequence) !== number) throw new Error(`event ${number} is not in the outbox`);
    const subject = subjectOf(service, event.aggregate_id, event.type);
    const expected = number - stream.from;
    if (event === last) {
      const settings = { msgID: event.event_id, timeout: ACK_MS, retries: 1, expect: { lastSequence: expected } };
      await jetstream(client).publish(subject, withNumbers(event), settings);
      return;
    }
    const marks = headers();
    marks.set('Nats-Msg-Id', event.event_id);
    marks.set('Nats-Expected-Last-Sequence', String(expected));
    client.publish(subject, withNumbers(event), { headers: marks });
  }
}

/** The envelope with its numbers: protobuf takes fields that are appended as part of the message. */
function withNumbers({ envelope, producer_sequence, previous_sequence }: Numbered): Uint8Array {
  const numbers = { producerSequence: BigInt(producer_sequence), previousSequence: BigInt(previous_sequence) };
  return Buffer.concat([envelope, toBinary(EventEnvelopeSchema, create(EventEnvelopeSchema, numbers))]);
}
