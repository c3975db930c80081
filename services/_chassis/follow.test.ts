import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { type Bus, natsBus } from './bus.ts';
import type { Database } from './database.ts';
import { type Following, follow } from './follow.ts';
import type { Candidate } from './leader.ts';
import { relay } from './relay.ts';
import { askAnew } from './relay-state.ts';
import { cloneDatabase, type TestDatabase } from './testing/database.ts';
import { eventWriter, LIMITS, openSample, QUIET, startTestBus, type TestBus } from './testing/events-on-bus.ts';
import { sampleService } from './testing/sample.ts';

const AGGREGATES = Array.from({ length: 20 }, (_, index) => `acc_${index}`);

describe('A follower of events', function () {
  this.timeout(60_000);
  let bus: TestBus;
  let testDatabase: TestDatabase;
  let database: Database;
  let client: Bus;
  let relaying: Candidate;
  let writer: ReturnType<typeof eventWriter>;
  let following: Following;
  /** The state: how many events of each aggregate there were. */
  let state: Map<string, number>;

  beforeEach(async function () {
    // The launcher of the tests found no server, and said so.
    if (!process.env['NATS_URL']) this.skip();
    bus = await startTestBus();
    testDatabase = await cloneDatabase(sampleService(() => ({})));
    database = await openSample(testDatabase);
    writer = eventWriter(database);
    client = natsBus({ url: bus.url, name: 'test', log: QUIET });
    relaying = startRelay();
    await writer.write(AGGREGATES, 10);
    state = new Map();
    following = follow({ bus: client, producer: 'ledger', snapshot, apply, log: QUIET });
  });

  afterEach(async () => {
    await following.stop();
    await relaying.stop();
    await client.close();
    await database[Symbol.asyncDispose]();
    await testDatabase.drop();
    await bus.stop();
  });

  function startRelay(): Candidate {
    const databaseUrl = testDatabase.runtimeUrl;
    return relay({
      service: 'ledger',
      databaseUrl,
      limits: LIMITS,
      report: () => {},
      log: QUIET,
      database,
      bus: client,
    });
  }

  async function snapshot(): Promise<number> {
    const rows = await testDatabase.query<{ id: string; n: number; last: number }>(
      `select aggregate_id as id, count(*)::int as n, max(max(producer_sequence)) over ()::int as last
       from outbox where producer_sequence is not null group by 1`,
    );
    state = new Map(rows.map(({ id, n }) => [id, n]));
    return rows[0]?.last ?? 0;
  }

  function apply({ aggregateId }: { aggregateId: string }): void {
    state.set(aggregateId, (state.get(aggregateId) ?? 0) + 1);
  }

  /** Waits until the follower knows that it has everything, and sees that it has. */
  async function expectCaughtUp(patienceMs = 15_000): Promise<void> {
    const total = () => [...state.values()].reduce((sum, n) => sum + n, 0);
    const end = Date.now() + patienceMs;
    while ((total() !== writer.written() || following.staleMs() > 500) && Date.now() < end) await sleep(20);
    expect(following.staleMs()).to.be.at.most(500);
    expect(state).to.deep.equal(new Map(AGGREGATES.map((id) => [id, writer.written() / AGGREGATES.length])));
  }

  it('begins with a snapshot and applies what comes after it, each event once', async () => {
    await expectCaughtUp();
    const begun = following.snapshots();
    for (let round = 0; round < 10; round += 1) await writer.write(AGGREGATES, 3);
    await expectCaughtUp();
    expect(following.snapshots()).to.equal(begun);
  });

  it('is stale when the producer is silent, and fresh again when it speaks', async () => {
    await expectCaughtUp();
    await relaying.stop();
    await writer.write(AGGREGATES, 1);
    await sleep(1_000);
    expect(following.staleMs()).to.be.at.least(900);
    relaying = startRelay();
    await expectCaughtUp();
  });

  it('begins again with a snapshot when events are missing before what it is sent', async () => {
    await expectCaughtUp();
    const begun = following.snapshots();
    await relaying.stop();
    await writer.write(AGGREGATES, 2);
    await database.query(askAnew(230));
    relaying = startRelay();
    await expectCaughtUp();
    expect(following.snapshots()).to.be.greaterThan(begun);
  });

  it('misses nothing when NATS is killed and its store is wiped', async () => {
    await expectCaughtUp();
    await bus.kill();
    await writer.write(AGGREGATES, 2);
    await expectCaughtUp(30_000);
    await bus.kill({ wiped: true });
    await writer.write(AGGREGATES, 2);
    await expectCaughtUp(30_000);
  });
});
