// Follows a producer's events without a database of one's own: a snapshot, and then every event after it, in order. What is
// missed, for whatever reason, is made good by a snapshot anew.
import { setTimeout as sleep } from 'node:timers/promises';
import { fromBinary } from '@bufbuild/protobuf';
import { AckPolicy, type ConsumerMessages, DeliverPolicy, jetstream } from '@nats-io/jetstream';
import type { NatsConnection } from 'nats';
import { type EventEnvelope, EventEnvelopeSchema, EventHeartbeatSchema } from '#gen/bank/type/v1/event_pb.ts';
import { type Bus, heartbeatSubject, managerOf, readStream, streamOf } from './bus.ts';
import type { Logger } from './log.ts';

/** What a follower is told to do. */
export interface FollowOptions {
  readonly bus: Bus;
  readonly producer: string;
  /**
   * Loads the state anew. Answers a producer_sequence up to which all events are in it. What was committed and not yet
   * numbered may be in it too, and comes again: `apply` has to bear that, as a set or a greatest value does.
   */
  readonly snapshot: () => Promise<number>;
  /** Applies one event to the state. */
  readonly apply: (envelope: EventEnvelope) => void;
  readonly log: Logger;
}

/** A state that follows a producer's events. */
export interface Following {
  /**
   * For how many milliseconds it is not known that nothing is missing: since the producer last said that all it had
   * committed was published, and all of that was here. Infinity before the first time. Who must not act on old
   * state compares it with what it bears, and fails closed.
   */
  staleMs(): number;
  /** How often it began with a snapshot. */
  snapshots(): number;
  stop(): Promise<void>;
}

const RETRY_MS = 200;
/** How long an event that a heartbeat tells of may take to arrive, before it counts as missed. */
const MISSED_MS = 1_000;
const BATCH = 500;
/** The consumer goes by itself when nobody has asked it for so long. */
const INACTIVE_NANOSECONDS = 30_000_000_000;

/** Follows a producer until it is stopped. */
export function follow(options: FollowOptions): Following {
  const { log } = options;
  const ended = new AbortController();
  const state = { at: 0, fresh: Number.NEGATIVE_INFINITY, snapshots: 0 };
  const running = (async () => {
    while (!ended.signal.aborted) {
      await followOnce(options, state, ended.signal).catch((error: unknown) =>
        log.warn({ error, producer: options.producer }, 'following begins again with a snapshot'),
      );
      await sleep(RETRY_MS, undefined, { signal: ended.signal }).catch(() => undefined);
    }
  })();
  return {
    staleMs: () => performance.now() - state.fresh,
    snapshots: () => state.snapshots,
    async stop() {
      ended.abort();
      await running;
    },
  };
}

interface FollowState {
  /** The producer_sequence of the last event that is in the state. */
  at: number;
  /** When it was last known to be whole, by performance.now(). */
  fresh: number;
  snapshots: number;
}

/** A snapshot, and what comes after it, until something is amiss. */
async function followOnce(options: FollowOptions, state: FollowState, signal: AbortSignal): Promise<void> {
  const { bus, producer, apply } = options;
  const client = await bus.connection();
  state.at = await options.snapshot();
  state.snapshots += 1;
  const messages = await messagesAfter(client, producer, state.at);
  const stop = (): void => void messages.close();
  signal.addEventListener('abort', stop);
  // It may have been stopped on the way to here.
  if (signal.aborted) stop();
  const pulse = watchPulse(client, producer, state, stop);
  try {
    for await (const { data } of messages) {
      const envelope = fromBinary(EventEnvelopeSchema, data);
      const number = Number(envelope.producerSequence);
      if (number <= state.at) continue;
      if (number !== state.at + 1) throw new Error(`event ${state.at + 1} is missing before ${number}`);
      apply(envelope);
      state.at = number;
    }
    if (!signal.aborted) throw new Error('events were missed, or the stream is gone');
  } finally {
    signal.removeEventListener('abort', stop);
    pulse();
    await messages.close();
  }
}

/** All events of a producer after a number, from the stream as it is now. */
async function messagesAfter(client: NatsConnection, producer: string, number: number): Promise<ConsumerMessages> {
  const manager = await managerOf(client);
  const stream = await readStream(manager, producer);
  if (!stream) throw new Error(`${producer} has no stream yet`);
  const { name } = await manager.consumers.add(streamOf(producer), {
    ack_policy: AckPolicy.None,
    deliver_policy: DeliverPolicy.StartSequence,
    opt_start_seq: Math.max(1, number + 2 - stream.from),
    inactive_threshold: INACTIVE_NANOSECONDS,
    mem_storage: true,
    num_replicas: 1,
  });
  const consumer = await jetstream(client).consumers.get(streamOf(producer), name);
  return consumer.consume({ max_messages: BATCH, abort_on_missing_resource: true });
}

/** Listens to heartbeats: they tell that the state is fresh, or that events did not come, and then `missed` is called. */
function watchPulse(client: NatsConnection, producer: string, state: FollowState, missed: () => void): () => void {
  let behindSince: number | undefined;
  const subscription = client.subscribe(heartbeatSubject(producer), {
    callback(error, message) {
      if (error) return;
      const last = Number(fromBinary(EventHeartbeatSchema, message.data).producerSequence);
      const now = performance.now();
      if (last === state.at) {
        state.fresh = now;
        behindSince = undefined;
      } else {
        behindSince ??= now;
        if (now - behindSince > MISSED_MS) missed();
      }
    },
  });
  return () => subscription.unsubscribe();
}
