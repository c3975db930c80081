import { setTimeout as sleep } from 'node:timers/promises';
import { jetstreamManager } from '@nats-io/jetstream';
import { expect } from 'chai';
import { connect } from 'nats';
import type { EventEnvelope } from '#gen/bank/type/v1/event_pb.ts';
import { randomFreePort } from '../../tools/platform/ports.ts';
import { type ServiceProcess, startServiceProcess } from '../_testbed/service-process.ts';
import { PARTITIONS, streamOf } from './bus.ts';
import type { Database } from './database.ts';
import { refuseCall } from './errors.ts';
import { releaseParked } from './parked.ts';
import { eventSample } from './testing/event-sample.ts';
import {
  eventWriter,
  openSample,
  republish,
  startTestBus,
  type TestBus,
  untilPublished,
} from './testing/events-on-bus.ts';
import { PROOF } from './testing/property.ts';
import { type ServiceUnderTest, startTestService, testEnvironment } from './testing/service.ts';

const AGGREGATES = Array.from({ length: 20 }, (_, index) => `acc_${index}`);
const KILLS = PROOF ? 50 : 1;
const WIPES = PROOF ? 10 : 1;
const BURSTS = 50;
const BACKLOG = PROOF ? 1_000_000 : 2_000;

describe('A consumer of events', function () {
  this.timeout(PROOF ? 900_000 : 60_000);
  let bus: TestBus;
  let service: ServiceUnderTest<never>;
  let database: Database;
  let writer: ReturnType<typeof eventWriter>;
  let meet: (envelope: EventEnvelope) => Promise<void>;
  let prepare: (envelopes: readonly EventEnvelope[]) => Promise<void>;
  const sample = eventSample(
    (envelope) => meet(envelope),
    (envelopes) => prepare(envelopes),
  );

  beforeEach(async function () {
    // The launcher of the tests found no server, and said so.
    if (!process.env['NATS_URL']) this.skip();
    meet = async () => {};
    prepare = async () => {};
    bus = await startTestBus();
    service = (await startTestService(sample, { environment: { NATS_URL: bus.url } })) as never;
    database = await openSample(service.database);
    writer = eventWriter(database);
  });

  afterEach(async () => {
    await database[Symbol.asyncDispose]();
    await service.stop();
    await bus.stop();
  });

  /** The notes of every event that was written, each once and in the order of its aggregate. */
  async function expectEffects(patienceMs = 20_000): Promise<void> {
    const end = Date.now() + patienceMs;
    const count = async () =>
      Number((await service.database.query<{ n: string }>('select count(*) as n from note'))[0]?.n);
    while ((await count()) < writer.written() && Date.now() < end) await sleep(100);
    await sleep(300);
    const notes = await service.database.query<{ id: string; text: string }>('select id, text from note order by no');
    expect(notes.length).to.equal(writer.written());
    for (const [id, texts] of Map.groupBy(notes, (note) => note.id)) {
      expect(texts.map(({ text }) => text)).to.deep.equal(texts.map((_, index) => `${id}/${index + 1}`));
    }
    const [inbox] = await service.database.query<{ rows: string; last: string }>(
      'select count(*) as rows, max(producer_sequence) as last from inbox',
    );
    expect(inbox).to.deep.equal({ rows: String(writer.written()), last: String(writer.written()) });
  }

  it('lets every event take effect once, and again none when they are published anew or the store is wiped', async () => {
    await writer.write(AGGREGATES, 50);
    await expectEffects();
    await republish(database, 1);
    await writer.write(AGGREGATES, 5);
    await expectEffects();
    for (let wipe = 0; wipe < WIPES; wipe += 1) {
      await bus.kill({ wiped: true });
      await writer.write(AGGREGATES, 5);
      await expectEffects(30_000);
    }
  });

  it(`catches up with ${BACKLOG} events that it is behind`, async () => {
    prepare = async () => {
      throw refuseCall('SERVICE_UNAVAILABLE');
    };
    while (writer.written() < BACKLOG) await writer.write(AGGREGATES, Math.min(500, BACKLOG / AGGREGATES.length));
    await untilPublished(bus.url, BACKLOG, PROOF ? 600_000 : 20_000);
    const began = performance.now();
    prepare = async () => {};
    const last = async () =>
      Number(
        (await service.database.query<{ last: string }>('select max(producer_sequence) as last from inbox'))[0]?.last,
      );
    while ((await last()) < BACKLOG) await sleep(20);
    const rate = Math.round((BACKLOG / (performance.now() - began)) * 1_000);
    await expectEffects();
    console.log(`      ${rate} events a second`);
    // Of few, most of the time is the wait for the next try.
    if (PROOF) expect(rate).to.be.at.least(3_000);
  });

  it('goes on where it stood when somebody takes its durables away', async () => {
    await writer.write(AGGREGATES, 1);
    await expectEffects();
    const client = await connect({ servers: bus.url });
    const { consumers } = await jetstreamManager(client);
    for await (const { name } of consumers.list(streamOf('ledger'))) await consumers.delete(streamOf('ledger'), name);
    await writer.write(AGGREGATES, 1);
    await expectEffects();
    await client.close();
  });

  it('lets what waits of all its partitions take effect in one transaction', async () => {
    await writer.write(AGGREGATES, 50);
    await expectEffects();
    const [inbox] = await service.database.query<{ transactions: string }>(
      'select count(distinct xmin::text) as transactions from inbox',
    );
    // Published in two bursts over eight partitions, of which each would have had a transaction for each.
    expect(Number(inbox?.transactions)).to.be.below(2 * PARTITIONS);
  });

  it('passes over what nobody handles, in few transactions, and hears what stands behind it', async () => {
    await writer.write(AGGREGATES, 1);
    await expectEffects();
    await service.database.query(`
      create table move (last_sequence bigint);
      grant insert on move to public;
      create function note_move() returns trigger language plpgsql as $$
        begin insert into public.move values (new.last_sequence); return null; end $$;
      create trigger note_move after update of last_sequence on inbox_partition
        for each row when (old.last_sequence <> new.last_sequence) execute function note_move();
    `);
    const started = Date.now();
    const last = writer.written() + BURSTS * 40;
    for (let burst = 0; burst < BURSTS; burst += 1) {
      await writer.writeUnheard(40);
      await sleep(50);
    }
    const moves = () => service.database.query<{ sequence: string }>('select last_sequence as sequence from move');
    const furthest = async () => Math.max(...(await moves()).map(({ sequence }) => Number(sequence)));
    for (let tries = 0; tries < 200 && (await furthest()) < last; tries += 1) await sleep(100);
    expect(await furthest()).to.equal(last);
    // Each partition once a second, where each burst had taken each of them one.
    expect((await moves()).length).to.be.below(PARTITIONS * (2 + (Date.now() - started) / 1_000));
    expect(await service.database.query('select from parked_event')).to.deep.equal([]);

    await writer.writeUnheard(100);
    await writer.write(AGGREGATES, 1);
    const notes = async () => (await service.database.query('select from note')).length;
    for (let tries = 0; tries < 200 && (await notes()) < writer.written(); tries += 1) await sleep(100);
    expect(await notes()).to.equal(2 * AGGREGATES.length);
  });

  it('parks what cannot take effect with its aggregate alone, until it is released', async () => {
    let poisoned = true;
    meet = async ({ aggregateId, aggregateSequence }) => {
      if (poisoned && aggregateId === 'acc_7' && aggregateSequence === 3n) throw new Error('this one is poisoned');
    };
    await writer.write(AGGREGATES, 6);
    const others = async () => (await service.database.query(`select from note where id <> 'acc_7'`)).length;
    for (let tries = 0; tries < 100 && (await others()) < 19 * 6; tries += 1) await sleep(100);
    await sleep(1_500);
    expect(await others()).to.equal(19 * 6);
    const parked = () =>
      service.database.query<{ reason: string }>('select reason from parked_event order by producer_sequence');
    expect((await parked()).map(({ reason }) => reason)).to.deep.equal(['Error: this one is poisoned', '', '', '']);

    await database.query(releaseParked('ledger', 'acc_7'));
    await sleep(1_500);
    expect((await parked()).map(({ reason }) => reason)).to.deep.equal(['Error: this one is poisoned', '', '', '']);

    poisoned = false;
    await database.query(releaseParked('ledger', 'acc_7'));
    await expectEffects();
    expect(await parked()).to.deep.equal([]);
  });

  it('ends when it is told to, also while nothing of what waits can take effect', async () => {
    let tried = 0;
    meet = async () => {
      tried += 1;
      throw new Error('never');
    };
    // Each alone, they would be tried in vain for minutes.
    const strangers = Array.from({ length: 1_000 }, (_, index) => `acc_bad${index}`);
    await writer.write(strangers, 1);
    while (tried === 0) await sleep(20);
    await service.stop();
    expect(tried).to.be.lessThan(strangers.length);
    meet = async () => {};
    await database[Symbol.asyncDispose]();
    service = (await startTestService(sample, { environment: { NATS_URL: bus.url } })) as never;
    database = await openSample(service.database);
  });

  it('lets events wait, and parks none, while what they need of another service cannot be had', async () => {
    const asked = new Set<string>();
    let away = true;
    prepare = async (envelopes) => {
      for (const { eventId } of envelopes) asked.add(eventId);
      if (away) throw refuseCall('DEADLINE_PASSED');
    };
    await writer.write(AGGREGATES, 3);
    await sleep(1_500);
    expect(asked.size).to.be.greaterThan(0);
    expect(await service.database.query('select from note')).to.deep.equal([]);
    expect(await service.database.query('select from parked_event')).to.deep.equal([]);
    away = false;
    await expectEffects();
    expect(asked.size).to.equal(writer.written());
  });

  it('shares its partitions with another process, and one that is killed in the midst of an effect leaves none half done', async () => {
    const start = async (): Promise<ServiceProcess> => {
      const environment = {
        ...testEnvironment(service.dataDir),
        LEDGER_PORT: String(await randomFreePort()),
        LEDGER_DATABASE_URL: service.database.runtimeUrl,
        NATS_URL: bus.url,
      };
      return startServiceProcess('ledger', environment, 'services/_chassis/testing/event-sample.ts');
    };
    const holders = async (): Promise<string[]> => {
      const rows = await service.database.query<{ holder: string }>(
        'select distinct holder from inbox_partition where lease_until > now()',
      );
      return rows.map(({ holder }) => holder);
    };
    for (let kill = 0; kill < KILLS; kill += 1) {
      for (let tries = 0; tries < 100 && (await holders()).length === 0; tries += 1) await sleep(100);
      const before = await holders();
      const other = await start();
      await writer.write(AGGREGATES, 20);
      const arrivals = async () => (await holders()).filter((holder) => !before.includes(holder));
      for (let tries = 0; tries < 100 && (await arrivals()).length === 0; tries += 1) await sleep(100);
      expect(await arrivals()).to.have.lengthOf(1);
      await writer.write(AGGREGATES, 20);
      await sleep(Math.random() * 300);
      await other.kill();
    }
    await expectEffects(30_000);
  });
});
