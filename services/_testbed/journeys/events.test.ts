// Events that can be trusted: the bus is killed and its store wiped, consumers die in the midst of it, and in the end every
// event has had its effect once.
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { status } from '@grpc/grpc-js';
import { expect } from 'chai';
import { cloneDatabase, type TestDatabase } from '#chassis/testing/database.ts';
import { expectWhole, readAll, startTestBus, type TestBus } from '#chassis/testing/events-on-bus.ts';
import { PROOF } from '#chassis/testing/property.ts';
import { randomFreePort } from '../../../tools/platform/ports.ts';
import { audit } from '../../audit/service.ts';
import { notification } from '../../notification/service.ts';
import { type Bank, startBank } from '../bank.ts';
import { checkLaws } from '../laws.ts';
import { type ServiceProcess, startServiceProcess } from '../service-process.ts';
import { counter, money, type OpenedAccount, TELLER } from './counter.ts';
import { type Door, openDoor, PROTOCOLS } from './doors.ts';

const TRANSFERS = PROOF ? 20_000 : 200;
const CUSTOMERS = PROOF ? 200 : 10;
const BUS_KILLS = PROOF ? 5 : 2;
/** Of these, the one with which the store is lost. */
const WIPE = 1;
const DEATHS = PROOF ? 20 : 2;
const AT_ONCE = 16;
const PATIENCE_MS = PROOF ? 600_000 : 60_000;

const PRODUCERS = ['ledger', 'security', 'customer', 'account', 'transaction'] as const;

describe('The events of a bank whose bus and consumers die', function theEvents() {
  this.timeout(PROOF ? 1_800_000 : 180_000);
  let bus: TestBus;
  let keys = '';
  let bank: Bank;
  let doors: Door[] = [];
  const consumers: Consumer[] = [];

  before(async function () {
    // The launcher of the tests found no server, and said so.
    if (!process.env['NATS_URL']) this.skip();
    keys = await mkdtemp(path.join(tmpdir(), 'corebank-test-'));
    // Held to what each may do there: what the bank needs of its bus is in these rights.
    bus = await startTestBus({ keys });
    const made = await Promise.all([consumerOf('audit', audit), consumerOf('notification', notification)]);
    const addresses = made.map(({ own }) => own);
    bank = await startBank({
      services: PRODUCERS,
      environment: Object.assign({}, bus.environment, ...addresses),
    });
    for (const { name, database } of made) consumers.push(await runConsumer(name, database, bank.environment));
    doors = PROTOCOLS.map((protocol) => openDoor(bank.edge, protocol));
  });
  after(async () => {
    for (const door of doors) door.close();
    for (const { process } of consumers) await process.kill('SIGTERM');
    await bank?.stop();
    for (const { database } of consumers) await database.drop();
    await bus?.stop();
    await rm(keys, { recursive: true, force: true });
  });

  it(`have each effect once (${TRANSFERS} transfers, ${BUS_KILLS} deaths of the bus, ${DEATHS} of consumers)`, async () => {
    const [first] = doors as [Door];
    const at = counter(first);
    const accounts: Holder[] = [];
    for (let made = 0; made < CUSTOMERS; made += 1) {
      const account = await at.personWithAccount(`Person ${made}`);
      await at.deposit(account.accountId, money('100000.00'));
      accounts.push(account);
    }
    const transfer = async (number: number) => {
      const [from, to] = [accounts[number % CUSTOMERS], accounts[(number * 7 + 1) % CUSTOMERS]] as [Holder, Holder];
      const other = from === to ? (accounts[(number + 1) % CUSTOMERS] as Holder) : to;
      const door = doors[number % doors.length] as Door;
      const requestId = randomUUID();
      const order = () => counter(door).transfer(TELLER, from.accountId, other.accountId, money('1.00'), requestId);
      // Whoever has no answer in time asks again: on a busy machine that may be.
      await order().catch((error: unknown) => {
        if (!isLate(error)) throw error;
        late += 1;
        return order();
      });
    };
    let begun = 0;
    let done = 0;
    let late = 0;
    const working = Array.from({ length: AT_ONCE }, async () => {
      while (begun < TRANSFERS) {
        begun += 1;
        await transfer(begun);
        done += 1;
      }
    });
    const share = (part: number, of: number) => ((part + 0.5) * TRANSFERS) / of;
    const until = async (count: number) => {
      while (done < count && begun < TRANSFERS) await sleep(5);
    };
    const killBus = async () => {
      for (let kill = 0; kill < BUS_KILLS; kill += 1) {
        await until(share(kill, BUS_KILLS));
        await bus.kill({ wiped: kill === WIPE });
      }
    };
    const killConsumers = async () => {
      for (let death = 0; death < DEATHS; death += 1) {
        await until(share(death, DEATHS));
        const consumer = consumers[death % consumers.length] as Consumer;
        await consumer.process.kill();
        consumer.process = await startServiceProcess(consumer.name, consumer.environment);
      }
    };
    await Promise.all([...working, killBus(), killConsumers()]).finally(() => {
      // Whatever has failed, nobody goes on.
      begun = TRANSFERS;
    });
    if (late > 0) console.log(`      ${late} transfers were not answered in time, and asked for again`);
    await expectHeard();
    await expectWholeStreams();
    await expectRecords();
    await expectNotices();
    await checkLaws(bank.database('ledger').superuserUrl);
  });

  /** Waits until every consumer has come to the end of all that it consumes; nothing is parked. */
  async function expectHeard(): Promise<void> {
    const end = Date.now() + PATIENCE_MS;
    for (const { name, database } of consumers) {
      const heard = name === 'audit' ? PRODUCERS : (['transaction', 'security', 'ledger'] as const);
      for (const producer of heard) {
        let behind = 'unknown';
        while (behind !== '' && Date.now() < end) {
          behind = await behindIn(database, producer);
          if (behind !== '') await sleep(100);
        }
        expect(behind, `${name} of ${producer}`).to.equal('');
      }
      expect(await database.query('select from parked_event'), name).to.deep.equal([]);
    }
  }

  /** The partitions of a producer whose end has not been reached; empty when all have. */
  async function behindIn(database: TestDatabase, producer: (typeof PRODUCERS)[number]): Promise<string> {
    const [unnumbered] = await bank
      .database(producer)
      .query('select from outbox where producer_sequence is null limit 1');
    if (unnumbered) return 'what has no number yet';
    const given = await bank
      .database(producer)
      .query<{ partition: number; last: string }>('select partition, last_sequence as last from relay_partition');
    const reached = await database.query<{ partition: number; last: string }>(
      'select partition, last_sequence as last from inbox_partition where producer = $1',
      [producer],
    );
    const places = new Map(reached.map(({ partition, last }) => [partition, last]));
    return given
      .filter(({ partition, last }) => (places.get(partition) ?? '0') !== last)
      .map(({ partition }) => partition)
      .join();
  }

  /** The stream of every producer holds all that it has told since the first event, in order and without a gap. */
  async function expectWholeStreams(): Promise<void> {
    for (const producer of PRODUCERS) {
      const [row] = await bank
        .database(producer)
        .query<{ count: number; last: number }>(
          'select count(*)::int as count, coalesce(max(producer_sequence), 0)::int as last from outbox',
        );
      expect(row?.last, producer).to.equal(row?.count);
      expectWhole(await readAll(bus.url, producer), row?.last ?? 0);
    }
  }

  /** Audit has a record of each command and of each refusal, and of nothing else. */
  async function expectRecords(): Promise<void> {
    const told = PRODUCERS.map((producer) =>
      bank.database(producer).query<{ id: string }>(
        `select event_id as id from outbox
            where type in ('bank.type.v1.CommandRecorded', 'bank.security.v1.AccessRefused', 'bank.security.v1.PersonalDataRead')`,
      ),
    );
    const ids = (await Promise.all(told)).flat().map(({ id }) => id);
    const records = await databaseOf('audit').query<{ id: string }>('select event_id as id from audit_record');
    expect(records.length).to.be.at.least(TRANSFERS);
    expect(records.map(({ id }) => id).toSorted()).to.deep.equal(ids.toSorted());
  }

  /** Whoever paid and whoever was paid was told once, and the numbers in each inbox have no gap. */
  async function expectNotices(): Promise<void> {
    const templates = await databaseOf('notification').query<{ template: string; count: number }>(
      'select template, count(*)::int as count from notice group by template order by template',
    );
    expect(templates).to.deep.equal([
      { template: 'money-in', count: TRANSFERS + CUSTOMERS },
      { template: 'money-out', count: TRANSFERS },
    ]);
    const gaps = await databaseOf('notification').query(
      'select party_id from notice group by party_id having max(number) <> count(*)',
    );
    expect(gaps).to.deep.equal([]);
  }

  function databaseOf(name: Consumer['name']): TestDatabase {
    const found = consumers.find((consumer) => consumer.name === name);
    if (!found) throw new Error(`no ${name} runs`);
    return found.database;
  }
});

function isLate(error: unknown): boolean {
  return (error as { code?: unknown }).code === status.DEADLINE_EXCEEDED;
}

type Holder = OpenedAccount & { readonly customerId: string };

/** A consumer that runs as a process of its own, so that it can be killed. */
interface Consumer {
  readonly name: 'audit' | 'notification';
  readonly database: TestDatabase;
  readonly environment: NodeJS.ProcessEnv;
  process: ServiceProcess;
}

/** The database of a consumer, and where it will listen. */
async function consumerOf(name: Consumer['name'], service: Parameters<typeof cloneDatabase>[0]) {
  const port = String(await randomFreePort());
  const upper = name.toUpperCase();
  const own = { [`${upper}_PORT`]: port, [`${upper}_ADDRESS`]: `127.0.0.1:${port}` };
  return { name, database: await cloneDatabase(service), own };
}

async function runConsumer(
  name: Consumer['name'],
  database: TestDatabase,
  bankEnvironment: NodeJS.ProcessEnv,
): Promise<Consumer> {
  const environment = { ...bankEnvironment, [`${name.toUpperCase()}_DATABASE_URL`]: database.runtimeUrl };
  return { name, database, environment, process: await startServiceProcess(name, environment) };
}
