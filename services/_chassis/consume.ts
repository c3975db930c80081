// Consumes the events of a producer: a durable consumer for each partition that this process has the lease of. The cursor
// in the database decides where reading begins; the durable is made anew there with every lease, gap or lost stream.
import { setTimeout as sleep } from 'node:timers/promises';
import { AckPolicy, type ConsumerMessages, DeliverPolicy, type JsMsg, jetstream } from '@nats-io/jetstream';
import { type Arrived, arrived, type Lease } from './arrived.ts';
import type { Settled } from './batch.ts';
import { makeBell } from './bell.ts';
import {
  type Bus,
  durableOf,
  managerOf,
  PARTITIONS,
  partitionSubject,
  readStream,
  type StreamState,
  streamOf,
} from './bus.ts';
import { coalesce } from './coalesce.ts';
import { isPassing } from './database.ts';
import { sayError } from './describe-error.ts';
import { type Arrival, cursorOf, EventGap, type InboxParts, LeaseLost, park, takeEffect } from './inbox.ts';
import { joinShare } from './leases.ts';
import { pacing } from './pacing.ts';
import { releasedPartitions, tryReleased } from './released.ts';
import { handles } from './subscription.ts';

/** Something that consumes, until it is stopped. */
export interface Consuming {
  stop(): Promise<void>;
}

/** What consuming needs. */
export interface ConsumeOptions extends InboxParts {
  readonly bus: Bus;
}

/** What the work on a partition needs besides: how its events take effect. */
interface Work extends ConsumeOptions {
  effect(arrival: Arrival): Promise<void>;
  /** The partitions that have released events: looked for by one question for all of them, which costs less at rest. */
  released: ReadonlySet<number>;
  /** When the stream was made that was last seen: with the one before it went the durables by which partitions were read. */
  created: string | undefined;
}

const RENEW_MS = 1_000;
/** How soon it is noticed that a stream was made anew. One question for all partitions costs little at rest. */
const LOOK_MS = 1_000;
const BATCH_MAX = 200;
/** So many events of a partition take effect at once: what takes the database and a processor for long is in everybody's way. */
const TAKEN_MAX = 64;
const IDLE_MS = 1_000;
/** So many events that nobody handles are passed over at once, at most; what is pending is limited. */
const PASSED_MAX = 5 * BATCH_MAX;
const RETRY_MS = 300;
/** An event that fails alone is tried so often before it is parked. */
const ATTEMPTS = 3;
const ATTEMPT_PAUSE_MS = 100;

/** Consumes the events of a subscription. */
export async function consume(options: ConsumeOptions): Promise<Consuming> {
  const { database, subscription, log } = options;
  const { producer } = subscription;
  const share = await joinShare(database, producer);
  const ended = new AbortController();
  const workers = new Map<number, { abort: () => void; done: Promise<void> }>();
  const work: Work = { ...options, effect: effects(options), released: new Set(), created: undefined };

  function begin(partition: number): void {
    const own = new AbortController();
    const signal = AbortSignal.any([own.signal, ended.signal]);
    const lease = { producer, partition, holder: share.holder };
    const done = workPartition(work, lease, signal).finally(() => workers.delete(partition));
    workers.set(partition, { abort: () => own.abort(), done });
  }

  async function endWork(partitions: readonly number[]): Promise<void> {
    const ending = partitions.flatMap((partition) => workers.get(partition) ?? []);
    for (const { abort } of ending) abort();
    await Promise.all(ending.map(({ done }) => done));
  }

  async function renewing(): Promise<void> {
    while (!ended.signal.aborted) {
      try {
        const { held, tooMuch } = await share.renew();
        await endWork([...workers.keys()].filter((partition) => !held.includes(partition)));
        if (tooMuch.length > 0) await share.giveBack(tooMuch);
        for (const partition of held) if (!workers.has(partition)) begin(partition);
        work.released = await releasedPartitions(options, producer);
      } catch (error) {
        log.warn({ error }, 'leases could not be renewed');
      }
      await sleep(RENEW_MS, undefined, { signal: ended.signal }).catch(() => undefined);
    }
  }

  /** By itself: no answer of the bus keeps leases from being renewed. */
  async function looking(): Promise<void> {
    while (!ended.signal.aborted) {
      const stream = await streamOfProducer(options).catch(() => undefined);
      if (stream) work.created = stream.created;
      await sleep(LOOK_MS, undefined, { signal: ended.signal }).catch(() => undefined);
    }
  }

  const running = [renewing(), looking()];
  return {
    async stop() {
      ended.abort();
      await Promise.all(running);
      await endWork([...workers.keys()]);
      await share.leave().catch(() => undefined);
    },
  };
}

/**
 * Makes what lets events take effect: those of all partitions that wait at the same time in one transaction, which costs
 * little more than one partition's. Where that fails, each has one of its own.
 */
function effects(options: ConsumeOptions): Work['effect'] {
  const alone = (arrival: Arrival): Promise<readonly Settled<undefined>[]> =>
    takeEffect(options, [arrival]).catch((error: unknown) => [{ error }]);
  const all = async (arrivals: readonly Arrival[]): Promise<readonly Settled<undefined>[]> => {
    if (arrivals.length > 1) {
      const settled = await takeEffect(options, arrivals).catch(() => undefined);
      if (settled) return settled;
    }
    const settled: Settled<undefined>[] = [];
    for (const arrival of arrivals) settled.push(...(await alone(arrival)));
    return settled;
  };
  const restAfter = pacing();
  const together = coalesce(
    async (arrivals: Arrival[]) => {
      const began = performance.now();
      const settled = await all(arrivals);
      const count = arrivals.reduce((sum, { events }) => sum + events.length, 0);
      // Whoever waits for these waits a little longer, and nothing else of this consumer goes on meanwhile.
      const restMs = restAfter(count, performance.now() - began);
      if (restMs > 0) await sleep(restMs);
      return settled;
    },
    { maxItems: PARTITIONS, inFlight: 1 },
  );
  return async (arrival) => {
    const settled = await together(arrival);
    if ('error' in settled) throw settled.error;
  };
}

async function workPartition(options: Work, lease: Lease, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await readPartition(options, lease, signal);
    } catch (error) {
      if (error instanceof LeaseLost || signal.aborted) return;
      options.log.warn({ error, ...lease }, 'a partition is read again from where it stands');
    }
    await sleep(RETRY_MS, undefined, { signal }).catch(() => undefined);
  }
}

async function readPartition(options: Work, lease: Lease, signal: AbortSignal): Promise<void> {
  const { name, created, messages } = await openDurable(options, lease);
  options.created = created;
  const waiting: JsMsg[] = [];
  // What came and had no effect yet. What nobody handles waits for an event that somebody does, or for a while: to pass
  // over it takes a transaction like any other.
  const held: { readonly message: JsMsg; readonly event: Arrived }[] = [];
  let settled = Date.now();
  const bell = makeBell();
  let failure: { error: unknown } | undefined;
  const reading = (async () => {
    for await (const message of messages) {
      waiting.push(message);
      bell.ring();
    }
    throw new Error(`the consumer ${name} has ended`);
  })().catch((error: unknown) => {
    failure = { error };
    bell.ring();
  });
  let looked = 0;
  try {
    while (!signal.aborted) {
      if (Date.now() - looked >= IDLE_MS) {
        if (options.released.has(lease.partition) && (await tryReleased(options, lease))) continue;
        looked = Date.now();
      }
      const batch = waiting.splice(0, TAKEN_MAX).map((message) => ({ message, event: arrived(message.data) }));
      held.push(...batch);
      const isAsked = batch.some(({ event }) => handles(options.subscription, event.envelope));
      const isLong = held.length >= PASSED_MAX || Date.now() - settled >= IDLE_MS;
      if (held.length > 0 && (isAsked || isLong)) {
        await settle(
          options,
          lease,
          held.map(({ event }) => event),
          signal,
        );
        held.at(-1)?.message.ack();
        held.length = 0;
        settled = Date.now();
      }
      if (batch.length > 0) continue;
      if (failure) throw failure.error;
      await bell.rung(IDLE_MS, signal);
      if (options.created !== created) throw new Error(`the stream of ${lease.producer} was made anew`);
    }
  } finally {
    await messages.close();
    await reading;
  }
}

async function streamOfProducer({ bus, subscription: { producer } }: ConsumeOptions): Promise<StreamState> {
  const stream = await readStream(await managerOf(await bus.connection()), producer);
  if (!stream) throw new Error(`${producer} has no stream yet`);
  return stream;
}

/** Makes the durable of a partition anew, to begin after the cursor. */
async function openDurable(options: ConsumeOptions, lease: Lease) {
  const { bus, database, consumer } = options;
  const client = await bus.connection();
  const manager = await managerOf(client);
  const stream = await streamOfProducer(options);
  const name = durableOf(consumer, lease.partition);
  const next = (await cursorOf(database, lease)) + 1;
  await manager.consumers.delete(streamOf(lease.producer), name).catch(() => false);
  await manager.consumers.add(streamOf(lease.producer), {
    durable_name: name,
    ack_policy: AckPolicy.All,
    deliver_policy: DeliverPolicy.StartSequence,
    opt_start_seq: Math.max(1, next - stream.from + 1),
    filter_subject: partitionSubject(lease.producer, lease.partition),
    max_ack_pending: 10 * BATCH_MAX,
  });
  const reader = await jetstream(client).consumers.get(streamOf(lease.producer), name);
  const messages: ConsumerMessages = await reader.consume({
    max_messages: 2 * BATCH_MAX,
    abort_on_missing_resource: true,
  });
  return { name, created: stream.created, messages };
}

/**
 * Lets events take effect; where that fails they are halved until the culprit stands alone, which is parked. Where many are culprits that
 * takes its time: it stops when it is told to, and whoever comes next goes on from what was reached.
 */
async function settle(
  options: Work,
  lease: Lease,
  events: readonly Arrived[],
  signal: AbortSignal,
  attempt = 1,
): Promise<void> {
  signal.throwIfAborted();
  try {
    await options.effect({ lease, events });
  } catch (error) {
    if (error instanceof EventGap || error instanceof LeaseLost || isPassing(error)) throw error;
    const [event] = events;
    if (event && events.length === 1) {
      if (attempt < ATTEMPTS) {
        await sleep(ATTEMPT_PAUSE_MS * attempt, undefined, { signal });
        return settle(options, lease, events, signal, attempt + 1);
      }
      const { eventId, type, aggregateId } = event.envelope;
      options.log.error({ error, eventId, type, aggregateId }, 'an event is parked, and its aggregate with it');
      return park(options.database, lease, event, { reason: sayError(error), attempts: attempt });
    }
    const middle = Math.ceil(events.length / 2);
    await settle(options, lease, events.slice(0, middle), signal);
    await settle(options, lease, events.slice(middle), signal);
  }
}
