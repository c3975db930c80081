// Events of a sample service on a NATS server of the test's own, which it may kill and whose store it may wipe.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fromBinary } from '@bufbuild/protobuf';
import { DeliverPolicy, jetstream } from '@nats-io/jetstream';
import { expect } from 'chai';
import { connect, nkeyAuthenticator, nkeys } from 'nats';
import { BusinessDateClosedSchema } from '#gen/bank/ledger/v1/ledger_events_pb.ts';
import { CommandRecordedSchema, type EventEnvelope, EventEnvelopeSchema } from '#gen/bank/type/v1/event_pb.ts';
import { startNats } from '../../../tools/platform/nats.ts';
import { natsUsers } from '../../../tools/platform/nats-users.ts';
import { randomFreePort } from '../../../tools/platform/ports.ts';
import { processIdentity } from '../../../tools/platform/processes.ts';
import { makeScratch, removeScratch } from '../../../tools/platform/scratch.ts';
import { managerOf, natsBus, partitionOf, readStream, type StreamLimits, streamOf } from '../bus.ts';
import { ownCall } from '../call-context.ts';
import { type Database, openDatabase } from '../database.ts';
import { newId } from '../id.ts';
import { makeLog } from '../log.ts';
import { insertOutbox, type OutboxEvent, outboxEvent } from '../outbox.ts';
import { askAnew, askedAnew } from '../relay-state.ts';
import type { TestDatabase } from './database.ts';

/** A NATS server that a test may treat badly. */
export interface TestBus {
  readonly url: string;
  /** The variables of services that use it: where it is, and where their keys are. */
  readonly environment: NodeJS.ProcessEnv;
  /** Ends it with kill -9 and starts it again; `wiped`, with nothing in its store; `down`, not until it is killed again. */
  kill(options?: { wiped?: boolean; down?: boolean }): Promise<void>;
  stop(): Promise<void>;
}

export const LIMITS: StreamLimits = { maxBytes: 100_000_000, maxAgeMs: 3_600_000, replicas: 1 };
/** Whoever runs the tests, where a bus knows its users. */
export const TESTER_SEED = nkeys.createUser().getSeed();
const TESTER = {
  publicKey: nkeys.fromSeed(TESTER_SEED).getPublicKey(),
  rights: { publish: ['>'], publishDenied: [], subscribe: ['>'] },
};

export const QUIET = makeLog('test', process.env['COREBANK_TEST_LOG'] ?? 'silent');

/**
 * Starts a NATS server on a free port, which lets anybody do anything; `keys`: held to the users of the bank, whose keys it makes
 * there, and to the test itself, which may do anything.
 */
export async function startTestBus({ keys }: { keys?: string } = {}): Promise<TestBus> {
  const scratch = await makeScratch();
  const dataDir = join(scratch, 'nats');
  const port = await randomFreePort();
  const users = keys === undefined ? [] : [...natsUsers(keys), TESTER];
  const start = () => startNats({ dataDir, port, users, environment: {} });
  let server = await start();
  return {
    url: server.url,
    environment: { NATS_URL: server.url, ...(keys !== undefined && { NATS_KEYS_DIR: keys }) },
    async kill({ wiped = false, down = false } = {}) {
      const pid = server.pid ?? 0;
      if (processIdentity(pid) !== undefined) process.kill(pid, 'SIGKILL');
      while (processIdentity(pid) !== undefined) await sleep(10);
      if (down) return;
      if (wiped) await rm(join(dataDir, 'streams', 'jetstream'), { recursive: true, force: true });
      server = await start();
    },
    async stop() {
      await server.stop();
      await removeScratch(scratch);
    },
  };
}

/** Opens the sample's database as its runtime role. */
export function openSample(database: TestDatabase): Promise<Database> {
  return openDatabase({
    url: database.runtimeUrl,
    service: 'ledger',
    entities: [],
    poolMax: 4,
    statementTimeoutMs: 10_000,
    log: QUIET,
  });
}

/** Events that tell nothing but their own name, `<aggregate>/<sequence>`: the next `each` of every aggregate. */
export function eventWriter(database: Database): {
  write(aggregates: readonly string[], each: number): Promise<void>;
  /** Writes events that the sample passes over. */
  writeUnheard(count: number): Promise<void>;
  /** How many were written of those that the sample hears. */
  written(): number;
} {
  const sequences = new Map<string, number>();
  let written = 0;
  const next = (aggregate: string): OutboxEvent => {
    const sequence = (sequences.get(aggregate) ?? 0) + 1;
    sequences.set(aggregate, sequence);
    written += 1;
    const event = { requestId: `${aggregate}/${sequence}` };
    return outboxEvent(CommandRecordedSchema, event, { id: aggregate, sequence }, ownCall('ledger', QUIET));
  };
  return {
    async write(aggregates, each) {
      const events = Array.from({ length: each }, () => aggregates.map(next)).flat();
      await database.transaction((tx) => tx.query(insertOutbox(events)));
    },
    async writeUnheard(count) {
      const events = Array.from({ length: count }, () =>
        outboxEvent(BusinessDateClosedSchema, {}, { id: newId('evt'), sequence: 1 }, ownCall('ledger', QUIET)),
      );
      await database.transaction((tx) => tx.query(insertOutbox(events)));
    },
    written: () => written,
  };
}

/** Waits until a stream has come to the event `last`. */
export async function untilPublished(url: string, last: number, patienceMs = 15_000): Promise<void> {
  const bus = natsBus({ url, name: 'test', log: QUIET });
  const end = Date.now() + patienceMs;
  let stands: number | undefined;
  while (Date.now() < end) {
    const stream = async () => readStream(await managerOf(await bus.connection()), 'ledger');
    stands = (await stream().catch(() => undefined))?.last;
    if (stands !== undefined && stands >= last) break;
    await sleep(50);
  }
  await bus.close();
  if (stands === undefined || stands < last) throw new Error(`the stream is at ${stands}, not at ${last}`);
}

/** Has the relay that runs publish the events anew, and waits until it has begun. */
export async function republish(database: Database, from: number): Promise<void> {
  await database.query(askAnew(from));
  for (const end = Date.now() + 10_000; Date.now() < end; await sleep(50)) {
    if ((await askedAnew(database)) === undefined) return;
  }
  throw new Error('no relay has begun to publish the events anew');
}

/** Everything that the stream of a producer holds. */
export async function readAll(url: string, producer = 'ledger'): Promise<EventEnvelope[]> {
  const client = await connect({ servers: url, authenticator: nkeyAuthenticator(TESTER_SEED) });
  const envelopes: EventEnvelope[] = [];
  const consumer = await jetstream(client).consumers.get(streamOf(producer), { deliver_policy: DeliverPolicy.All });
  let pending = (await consumer.info()).num_pending;
  while (pending > 0) {
    for await (const message of await consumer.fetch({ max_messages: Math.min(pending, 500), expires: 2_000 })) {
      envelopes.push(fromBinary(EventEnvelopeSchema, message.data));
      pending -= 1;
    }
  }
  await client.close();
  return envelopes;
}

/** Expects events `from` to `last`, each once, in order, with the chains of aggregates and of partitions whole. */
export function expectWhole(envelopes: readonly EventEnvelope[], last: number, from = 1): void {
  const numbers = Array.from({ length: last - from + 1 }, (_, index) => from + index);
  expect(envelopes.map(({ producerSequence }) => Number(producerSequence))).to.deep.equal(numbers);
  expect(new Set(envelopes.map(({ eventId }) => eventId)).size).to.equal(numbers.length);
  for (const events of Map.groupBy(envelopes, ({ aggregateId }) => aggregateId).values()) {
    const first = events[0]?.aggregateSequence ?? 0n;
    if (from === 1) expect(first).to.equal(1n);
    const expected = events.map((_, index) => first + BigInt(index));
    expect(events.map(({ aggregateSequence }) => aggregateSequence)).to.deep.equal(expected);
  }
  for (const events of Map.groupBy(envelopes, ({ aggregateId }) => partitionOf(aggregateId)).values()) {
    const before = [events[0]?.previousSequence, ...events.map(({ producerSequence }) => producerSequence)];
    expect(events.map(({ previousSequence }) => previousSequence)).to.deep.equal(before.slice(0, -1));
    if (from === 1) expect(before[0]).to.equal(0n);
  }
}
