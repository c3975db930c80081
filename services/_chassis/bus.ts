// NATS JetStream, the bus: how it is reached, what subjects and streams are called, and how a stream is kept.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import {
  DiscardPolicy,
  type JetStreamManager,
  jetstreamManager,
  RetentionPolicy,
  StorageType,
} from '@nats-io/jetstream';
import { connect, type NatsConnection, nkeyAuthenticator } from 'nats';
import type { Config } from './config.ts';
import type { Logger } from './log.ts';

/** One connection to NATS, made when it is first needed, and again whenever it is lost. */
export interface Bus {
  /** The connection. Throws at once while there is none, so that nothing waits for a server that is away. */
  connection(): Promise<NatsConnection>;
  close(): Promise<void>;
}

/** How large a stream may grow, how long it keeps events, and on how many servers. */
export interface StreamLimits {
  readonly maxBytes: number;
  readonly maxAgeMs: number;
  readonly replicas: number;
}

/** A stream as it stands: the event in its place `sequence` has the producer_sequence `sequence + from - 1`. */
export interface StreamState {
  readonly created: string;
  readonly from: number;
  /** The producer_sequence of its last event; `from - 1` when it is empty. */
  readonly last: number;
}

/** Over so many partitions a producer's events are spread. Fixed for good: it decides in which order events are read. */
export const PARTITIONS = 8;

const CONNECT_MS = 2_000;
const RECONNECT_MS = 250;
/** JetStream's answer when there is no such stream. */
const STREAM_NOT_FOUND = 10059;
const NANOSECONDS = 1_000_000;
/** How far back JetStream itself recognises an event_id. What it stores twice is kept out by the expected place. */
const DUPLICATE_WINDOW_MS = 120_000;

/** The file in NATS_KEYS_DIR with the key (an NKEY's seed) by which a workload proves to NATS who it is. */
export function natsKeyFile(directory: string, workload: string): string {
  return path.join(directory, `${workload}.nk`);
}

/** Where NATS answers a workload: nobody else may listen there. */
export function inboxOf(workload: string): string {
  return `_INBOX_${workload.replaceAll('-', '_')}`;
}

/** Makes the bus; it connects when it is first used. Its key is read then, and again whenever it connects anew. */
export function natsBus(options: { url: string; name: string; log: Logger; keys?: string }): Bus {
  const { keys = '' } = options;
  let opened: Promise<NatsConnection> | undefined;
  let connected = false;
  let closed = false;

  async function open(): Promise<NatsConnection> {
    const client = await connect({
      servers: options.url,
      name: options.name,
      timeout: CONNECT_MS,
      maxReconnectAttempts: -1,
      reconnectTimeWait: RECONNECT_MS,
      ignoreClusterUpdates: true,
      inboxPrefix: inboxOf(options.name),
      ...(keys !== '' && { authenticator: nkeyAuthenticator(() => readFileSync(natsKeyFile(keys, options.name))) }),
    });
    connected = true;
    void watch(client);
    // One that gave up for good, as after a refusal of its key, makes room for another.
    void client.closed().then((error) => {
      connected = false;
      opened = undefined;
      if (!closed) options.log.warn({ error }, 'NATS: closed');
    });
    return client;
  }

  async function watch(client: NatsConnection): Promise<void> {
    for await (const { type } of client.status()) {
      if (type === 'disconnect') connected = false;
      if (type === 'reconnect') connected = true;
      if (type === 'disconnect' || type === 'reconnect') options.log.warn(`NATS: ${type}`);
    }
  }

  return {
    async connection() {
      if (closed) throw new Error('the connection to NATS is closed');
      opened ??= open();
      const client = await opened.catch((error: unknown) => {
        opened = undefined;
        throw error;
      });
      if (!connected) throw new Error('NATS does not answer');
      return client;
    },
    async close() {
      closed = true;
      await (await opened?.catch(() => undefined))?.close();
    },
  };
}

/** The partition of an aggregate's events: 0 to PARTITIONS - 1. */
export function partitionOf(aggregateId: string): number {
  return crc32(aggregateId) % PARTITIONS;
}

/** The subject of an event: `bank.ledger.v1.p3.JournalsPosted`. */
export function subjectOf(producer: string, aggregateId: string, type: string): string {
  return `bank.${producer}.v1.p${partitionOf(aggregateId)}.${type.slice(type.lastIndexOf('.') + 1)}`;
}

/** All events of one partition of a producer. */
export function partitionSubject(producer: string, partition: number): string {
  return `bank.${producer}.v1.p${partition}.*`;
}

/** Where a producer says that it lives. Not stored. */
export function heartbeatSubject(producer: string): string {
  return `bank.${producer}.v1.heartbeat`;
}

/** The name of a producer's stream. */
export function streamOf(producer: string): string {
  return `bank-${producer}`;
}

/** The name of a consumer's durable for a partition. */
export function durableOf(consumer: string, partition: number | ''): string {
  return `${consumer}-p${partition}`;
}

/** The manager of streams and consumers. */
export function managerOf(client: NatsConnection): Promise<JetStreamManager> {
  return jetstreamManager(client, { checkAPI: false });
}

/** A producer's stream as it stands. Undefined when there is none. */
export async function readStream(manager: JetStreamManager, producer: string): Promise<StreamState | undefined> {
  try {
    const { config, state, created } = await manager.streams.info(streamOf(producer));
    const from = Number(/^from (\d+)$/.exec(config.description ?? '')?.[1] ?? 1);
    return { created: String(created), from, last: state.last_seq + from - 1 };
  } catch (error) {
    if ((error as { code?: unknown }).code === STREAM_NOT_FOUND) return undefined;
    throw error;
  }
}

/** Puts a producer's stream away, if there is one. All that is in it is in the producer's outbox. */
export async function deleteStream(manager: JetStreamManager, producer: string): Promise<void> {
  try {
    await manager.streams.delete(streamOf(producer));
  } catch (error) {
    if ((error as { code?: unknown }).code !== STREAM_NOT_FOUND) throw error;
  }
}

/** How large a service's stream may grow, how long it keeps events, and on how many servers, as it is configured. */
export function streamLimits(
  config: Pick<Config, 'EVENT_STREAM_MAX_BYTES' | 'EVENT_STREAM_MAX_AGE_HOURS' | 'EVENT_STREAM_REPLICAS'>,
): StreamLimits {
  return {
    maxBytes: config.EVENT_STREAM_MAX_BYTES,
    maxAgeMs: config.EVENT_STREAM_MAX_AGE_HOURS * 3_600_000,
    replicas: config.EVENT_STREAM_REPLICAS,
  };
}

/**
 * Makes a producer's stream, to begin with the event `from`, or gives the one that is there the limits of the
 * configuration. Answers how it stands.
 */
export async function ensureStream(
  manager: JetStreamManager,
  producer: string,
  limits: StreamLimits,
  from = 1,
): Promise<StreamState> {
  const name = streamOf(producer);
  const mutable = {
    max_bytes: limits.maxBytes,
    max_age: limits.maxAgeMs * NANOSECONDS,
    num_replicas: limits.replicas,
    discard: DiscardPolicy.New,
    duplicate_window: DUPLICATE_WINDOW_MS * NANOSECONDS,
  };
  const found = await readStream(manager, producer);
  if (found) await manager.streams.update(name, mutable);
  else {
    await manager.streams.add({
      ...mutable,
      name,
      description: `from ${from}`,
      subjects: [`bank.${producer}.v1.*.*`],
      retention: RetentionPolicy.Limits,
      storage: StorageType.File,
      deny_delete: true,
      deny_purge: true,
    });
  }
  const state = await readStream(manager, producer);
  if (!state) throw new Error(`the stream ${name} went as it was made`);
  return state;
}
