import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { randomFreePort } from '../../tools/platform/ports.ts';
import { startServiceProcess } from '../_testbed/service-process.ts';
import { natsBus } from './bus.ts';
import type { Database } from './database.ts';
import type { Candidate } from './leader.ts';
import { inOrder } from './numbering.ts';
import { relay } from './relay.ts';
import { cloneDatabase, type TestDatabase } from './testing/database.ts';
import {
  eventWriter,
  expectWhole,
  LIMITS,
  openSample,
  QUIET,
  readAll,
  republish,
  startTestBus,
  type TestBus,
  untilPublished,
} from './testing/events-on-bus.ts';
import { testIdentities } from './testing/identities.ts';
import { PROOF } from './testing/property.ts';
import { sampleService } from './testing/sample.ts';
import { testEnvironment } from './testing/service.ts';

const AGGREGATES = Array.from({ length: 20 }, (_, index) => `acc_${index}`);
const KILLS = PROOF ? 50 : 3;
const WIPES = PROOF ? 10 : 1;

describe('The relay', function () {
  this.timeout(PROOF ? 600_000 : 60_000);
  let bus: TestBus;
  let testDatabase: TestDatabase;
  let database: Database;
  let writer: ReturnType<typeof eventWriter>;
  const ends: (() => Promise<void>)[] = [];

  beforeEach(async function () {
    // The launcher of the tests found no server, and said so.
    if (!process.env['NATS_URL']) this.skip();
    bus = await startTestBus();
    testDatabase = await cloneDatabase(sampleService(() => ({})));
    database = await openSample(testDatabase);
    writer = eventWriter(database);
  });

  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
    await database[Symbol.asyncDispose]();
    await testDatabase.drop();
    await bus.stop();
  });

  function start(own: Database = database): Candidate {
    const client = natsBus({ url: bus.url, name: 'relay', log: QUIET });
    const options = {
      service: 'ledger',
      databaseUrl: testDatabase.runtimeUrl,
      limits: LIMITS,
      report: () => {},
      log: QUIET,
    };
    const running = relay({ ...options, database: own, bus: client });
    ends.push(async () => {
      await running.stop();
      await client.close();
    });
    return running;
  }

  /** Cuts the connection that holds the lead, and answers how many there were: waits for one. */
  async function cutLeader(): Promise<number> {
    for (const end = Date.now() + 5_000; Date.now() < end; await sleep(50)) {
      const [holder] = await testDatabase.query<{ held: string }>(
        `select count(pg_terminate_backend(pid)) as held from pg_locks
         where locktype = 'advisory' and granted and objid = 7239469
         and database = (select oid from pg_database where datname = current_database())`,
      );
      if (Number(holder?.held) > 0) return Number(holder?.held);
    }
    return 0;
  }

  it('publishes what is committed, each event once, numbered without a gap, in the order of each aggregate', async () => {
    await writer.write(AGGREGATES, 60);
    start();
    for (let round = 0; round < 10; round += 1) await writer.write(AGGREGATES, 3);
    await untilPublished(bus.url, writer.written());
    expectWhole(await readAll(bus.url), writer.written());
  });

  it('publishes an event that was made earlier than others and committed later', async () => {
    start();
    const late = eventWriter(database);
    let release = () => {};
    const opened = Promise.withResolvers<void>();
    const made = database.transaction(async (tx) => {
      const held = eventWriter({ ...database, transaction: (work) => work(tx) } as Database);
      await held.write(['acc_late'], 1);
      opened.resolve();
      await new Promise<void>((resolve) => {
        release = resolve;
      });
    });
    await opened.promise;
    await late.write(AGGREGATES, 2);
    await untilPublished(bus.url, 40);
    release();
    await made;
    await untilPublished(bus.url, 41);
    const envelopes = await readAll(bus.url);
    expectWhole(envelopes, 41);
    expect(envelopes.at(-1)?.aggregateId).to.equal('acc_late');
  });

  it('puts the events of an aggregate in their order, also where their ids are not', () => {
    const event = (id: string, aggregate: string, sequence: number) => ({
      event_id: id,
      aggregate_id: aggregate,
      aggregate_sequence: String(sequence),
    });
    const events = [event('e1', 'a', 10), event('e2', 'b', 1), event('e3', 'a', 9), event('e4', 'a', 11)];
    expect(inOrder(events).map(({ event_id }) => event_id)).to.deep.equal(['e3', 'e2', 'e1', 'e4']);
  });

  it('leads in one process, and in another soon after the first lost its connection', async () => {
    start();
    await writer.write(AGGREGATES, 1);
    await untilPublished(bus.url, 20);
    const second = await openSample(testDatabase);
    ends.unshift(() => second[Symbol.asyncDispose]());
    start(second);
    for (let round = 0; round < 3; round += 1) {
      await writer.write(AGGREGATES, 2);
      expect(await cutLeader()).to.equal(1);
      await writer.write(AGGREGATES, 2);
      await untilPublished(bus.url, writer.written(), 8_000);
    }
    expectWhole(await readAll(bus.url), writer.written());
  });

  it('survives kill -9 in the midst of publishing: every event stands in the stream once, under one number', async () => {
    const dataDir = await mkdtemp(path.join(tmpdir(), 'corebank-test-'));
    ends.push(() => rm(dataDir, { recursive: true, force: true }));
    const port = await randomFreePort();
    const environment = {
      ...testEnvironment(dataDir),
      LEDGER_PORT: String(port),
      LEDGER_DATABASE_URL: testDatabase.runtimeUrl,
      NATS_URL: bus.url,
    };
    // Whichever test comes first in a run makes the certificates.
    (await testIdentities(environment)).close();
    for (let kill = 0; kill < KILLS; kill += 1) {
      await writer.write(AGGREGATES, 200);
      const running = await startServiceProcess('ledger', environment, 'services/_chassis/testing/event-sample.ts');
      const before = Number(
        (await testDatabase.query<{ n: string }>('select count(producer_sequence) as n from outbox'))[0]?.n,
      );
      expect(before).to.be.at.most(writer.written());
      await sleep(Math.random() * 400);
      await running.kill();
    }
    start();
    await untilPublished(bus.url, writer.written(), 60_000);
    expectWhole(await readAll(bus.url), writer.written());
  });

  it('fills the stream again after kill -9 of NATS, and after its store was wiped', async () => {
    start();
    for (let round = 0; round < WIPES; round += 1) {
      await writer.write(AGGREGATES, 30);
      const killed = bus.kill();
      await writer.write(AGGREGATES, 5);
      await killed;
      await untilPublished(bus.url, writer.written(), 30_000);
      await bus.kill({ wiped: true });
      await untilPublished(bus.url, writer.written(), 30_000);
      expectWhole(await readAll(bus.url), writer.written());
    }
  });

  it('adds nothing to the stream of a database that was restored from before, until it is published anew', async () => {
    const first = start();
    await writer.write(AGGREGATES, 2);
    await untilPublished(bus.url, 40);
    await first.stop();
    await testDatabase.query('delete from outbox where producer_sequence > 20');
    await testDatabase.query('update relay_partition set last_sequence = least(last_sequence, 20)');
    await eventWriter(database).write(['acc_a', 'acc_b'], 15);
    start();
    await sleep(1_500);
    expect((await readAll(bus.url)).length).to.equal(40);
    await republish(database, 1);
    await untilPublished(bus.url, 50);
    expect((await readAll(bus.url)).length).to.equal(50);
  });

  it('republishes from a number on', async () => {
    start();
    await writer.write(AGGREGATES, 30);
    await untilPublished(bus.url, 600);
    await republish(database, 201);
    await untilPublished(bus.url, 600);
    await writer.write(AGGREGATES, 1);
    await untilPublished(bus.url, 620);
    expectWhole(await readAll(bus.url), 620, 201);
  });
});
