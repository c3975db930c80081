// Death in the middle of work: of the transaction service, and of PostgreSQL under all services. What was acknowledged
// is there, once; what was not is asked again and answered; no money is made or lost.
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { JsonObject } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { Code, Refusal } from '#chassis/errors.ts';
import { cloneDatabase, type TestDatabase } from '#chassis/testing/database.ts';
import { PROOF } from '#chassis/testing/property.ts';
import { randomFreePort } from '../../../tools/platform/ports.ts';
import { startPostgres } from '../../../tools/platform/postgres.ts';
import { killNow } from '../../../tools/platform/processes.ts';
import { makeScratch, removeScratch } from '../../../tools/platform/scratch.ts';
import { transaction } from '../../transaction/service.ts';
import { type Bank, startBank } from '../bank.ts';
import { checkLaws } from '../laws.ts';
import { type ServiceProcess, startServiceProcess } from '../service-process.ts';
import { AUDITOR, counter, money, textAt } from './counter.ts';
import { type Door, openDoor, PROTOCOLS } from './doors.ts';

const ACCOUNTS = 8;
const CALLERS = 8;
const EACH = '1000.00';
/** How long the bank may take to do business again after a death. */
const BACK_MS = 15_000;
/** How long a caller asks again. It includes the time in which what was killed is started, on whatever machine. */
const PATIENCE_MS = 120_000;

/** A transfer that somebody wants, whatever happens. */
interface Wish {
  readonly request: JsonObject;
  readonly subject: string;
  /** The first answer, or the refusal that is one. */
  answer?: JsonObject;
}

/** A stream of transfers through the edge that goes on through deaths. */
interface Stream {
  readonly wishes: readonly Wish[];
  readonly acknowledged: () => number;
  /** Waits until so many more transfers are acknowledged; answers after how many milliseconds. */
  progress(more: number): Promise<number>;
  stop(): Promise<void>;
}

describe('A bank whose transaction service is killed', function transactionKilled() {
  this.timeout(PROOF ? 600_000 : 300_000);
  const kills = PROOF ? 15 : 2;
  let bank: Bank;
  let database: TestDatabase;
  let service: ServiceProcess;
  let environment: NodeJS.ProcessEnv = {};

  before(async () => {
    database = await cloneDatabase(transaction);
    const port = String(await randomFreePort());
    const address = { TRANSACTION_PORT: port, TRANSACTION_ADDRESS: `127.0.0.1:${port}` };
    bank = await startBank({ services: ['ledger', 'security', 'customer', 'account'], environment: address });
    environment = { ...bank.environment, ...address, TRANSACTION_DATABASE_URL: database.runtimeUrl };
    service = await startServiceProcess('transaction', environment);
  });
  after(async () => {
    await service?.kill('SIGTERM');
    await bank?.stop();
    await database?.drop();
  });

  it(`keeps what it acknowledged, and answers the rest (${kills} deaths)`, async () => {
    const doors = openDoors(bank);
    const accounts = await openAccounts(doors);
    const stream = transfers(doors, accounts);
    const away: number[] = [];
    for (let death = 0; death < kills; death += 1) {
      await stream.progress(100 + 37 * death);
      await service.kill('SIGKILL');
      service = await startServiceProcess('transaction', environment);
      away.push(await stream.progress(1));
    }
    await stream.progress(100);
    await stream.stop();
    await judge({ bank, database, doors, accounts, stream });
    console.log(`      ${stream.wishes.length} transfers; back at work after ${away.map(Math.round).join(', ')} ms`);
    expect(Math.max(...away)).to.be.lessThan(BACK_MS);
    for (const door of doors) door.close();
  });
});

describe('A bank whose PostgreSQL is killed', function postgresKilled() {
  this.timeout(PROOF ? 600_000 : 300_000);
  const kills = PROOF ? 6 : 2;
  let scratch = '';
  let bank: Bank;
  const run = process.env['COREBANK_TEST_POSTGRES_URL'];

  before(async function ownServer() {
    this.timeout(90_000);
    scratch = await makeScratch();
    const dataDir = path.join(scratch, 'postgres');
    const { superuserUrl } = await startPostgres({ dataDir, port: await randomFreePort() });
    // A server of its own, because the other tests of this run would not survive this one.
    process.env['COREBANK_TEST_POSTGRES_URL'] = superuserUrl;
    bank = await startBank();
  });
  after(async function stopsTheServer() {
    this.timeout(60_000);
    await bank?.stop();
    if (run !== undefined) process.env['COREBANK_TEST_POSTGRES_URL'] = run;
    if (scratch) await removeScratch(scratch);
  });

  it(`keeps what it acknowledged, and answers the rest (${kills} deaths)`, async () => {
    const doors = openDoors(bank);
    const accounts = await openAccounts(doors);
    const stream = transfers(doors, accounts);
    const away: number[] = [];
    for (let death = 0; death < kills; death += 1) {
      await stream.progress(100 + 37 * death);
      const dataDir = path.join(scratch, 'postgres');
      const { pid, port } = await startPostgres({ dataDir });
      await killNow(pid);
      await startPostgres({ dataDir, port });
      away.push(await stream.progress(1));
    }
    await stream.progress(100);
    await stream.stop();
    await judge({ bank, database: bank.database('transaction'), doors, accounts, stream });
    console.log(`      ${stream.wishes.length} transfers; back at work after ${away.map(Math.round).join(', ')} ms`);
    expect(Math.max(...away)).to.be.lessThan(BACK_MS);
    for (const door of doors) door.close();
  });
});

type Accounts = readonly { readonly accountId: string; readonly customerId: string }[];

function openDoors(bank: Bank): Door[] {
  return PROTOCOLS.map((protocol) => openDoor(bank.edge, protocol));
}

async function openAccounts([door]: readonly Door[]): Promise<Accounts> {
  if (!door) throw new Error('no door is open');
  const at = counter(patient(door));
  const opening = Array.from({ length: ACCOUNTS }, async () => {
    const opened = await at.personWithAccount('Jana');
    await at.deposit(opened.accountId, money(EACH));
    return opened;
  });
  return Promise.all(opening);
}

/** Transfers between the accounts, each asked again until it is answered. */
function transfers(doors: readonly Door[], accounts: Accounts): Stream {
  const wishes: Wish[] = [];
  let acknowledged = 0;
  let running = true;

  async function caller(number: number): Promise<void> {
    const door = doors[number % doors.length];
    for (let turn = 0; running && door; turn += 1) {
      const from = accounts[(number + turn) % ACCOUNTS];
      const to = accounts[(number + turn * 3 + 1) % ACCOUNTS];
      if (!from || !to || from === to) continue;
      const request = {
        requestId: randomUUID(),
        debtorAccountId: from.accountId,
        creditorAccountId: to.accountId,
        amount: money(`${1 + (turn % 9)}.${10 + (number % 80)}`),
        remittanceInformation: `${number}/${turn}`,
      };
      const wish: Wish = { request, subject: `customer:${from.customerId}` };
      wishes.push(wish);
      wish.answer = await asked(door, wish);
      acknowledged += 1;
    }
  }

  const work = Array.from({ length: CALLERS }, (_, number) => caller(number));
  const failed = Promise.all(work).then(() => new Promise<never>(() => undefined));
  return {
    wishes,
    acknowledged: () => acknowledged,
    async progress(more) {
      const started = performance.now();
      const goal = acknowledged + more;
      while (acknowledged < goal) await Promise.race([sleep(5), failed]);
      return performance.now() - started;
    },
    async stop() {
      running = false;
      await Promise.all(work);
    },
  };
}

/** The answer of a transfer: that it is done, or refused for good. */
async function asked(door: Door, { subject, request }: Wish): Promise<JsonObject> {
  try {
    return await patient(door).call(subject, 'transaction.TransferFunds', request);
  } catch (error) {
    if (error instanceof Refusal && error.reason === 'INSUFFICIENT_FUNDS') return { refused: error.reason };
    throw error;
  }
}

/** A door at which everything is asked again until it is answered. */
function patient(door: Door): Door {
  return {
    ...door,
    async call(subject, rpc, request) {
      const end = Date.now() + PATIENCE_MS;
      for (;;) {
        try {
          return await door.call(subject, rpc, request);
        } catch (error) {
          if (!isPassing(error) || Date.now() > end) throw error;
          await sleep(20);
        }
      }
    },
  };
}

/** True when a caller is told to ask again with the same request_id, or has waited for as long as they wanted to. */
function isPassing(error: unknown): boolean {
  const { code } = error as { code?: number };
  if (!(error instanceof Refusal)) return code === Code.DEADLINE_EXCEEDED;
  return [Code.UNAVAILABLE, Code.DEADLINE_EXCEEDED, Code.ABORTED].some((passing) => passing === code);
}

/** Holds everything that was acknowledged against what is there. */
async function judge(after: {
  bank: Bank;
  database: TestDatabase;
  doors: readonly Door[];
  accounts: Accounts;
  stream: Stream;
}): Promise<void> {
  const { bank, database, doors, accounts, stream } = after;
  const { wishes } = stream;
  expect(wishes.every(({ answer }) => answer !== undefined)).to.equal(true);

  // Every request_id again, over another protocol: the same answer.
  const again = await inTurns(wishes, async (wish, index) => {
    const door = doors[(index + 1) % doors.length];
    return door ? asked(door, wish) : {};
  });
  for (const [index, { answer }] of wishes.entries()) expect(again[index]).to.deep.equal(answer);

  const done = wishes.flatMap(({ answer }) => (answer && 'transaction' in answer ? [answer] : []));
  const ids = done.map((answer) => textAt(answer, 'transaction', 'transactionId'));
  expect(new Set(ids).size).to.equal(ids.length);
  await settled(database);
  const posted = await database.query<{ id: string }>(
    "select id from transaction where type = 'transfer' and state = 'posted'",
  );
  expect(posted.map(({ id }) => id)).to.have.members(ids);
  const ledger = bank.database('ledger');
  const journals = await ledger.query<{ id: string }>(
    "select distinct j.id from journal j join entry e on e.journal_no = j.no where j.kind = 'transfer'",
  );
  expect(journals.map(({ id }) => id.replace('jnl_', 'txn_'))).to.have.members(ids);

  await checkLaws(ledger.superuserUrl);
  if (!doors[0]) throw new Error('no door is open');
  const door = patient(doors[0]);
  const at = counter(door);
  const balances = await Promise.all(accounts.map(({ accountId }) => at.booked(accountId)));
  const sum = balances.reduce((total, balance) => total + BigInt(balance.replace('.', '')), 0n);
  expect(sum).to.equal(BigInt(EACH.replace('.', '')) * BigInt(ACCOUNTS));
  const expected = new Map(accounts.map(({ accountId }) => [accountId, BigInt(EACH.replace('.', ''))]));
  for (const answer of done) {
    const minor = BigInt(textAt(answer, 'transaction', 'amount', 'amount').replace('.', ''));
    for (const [field, sign] of [
      ['debtorAccountId', -1n],
      ['creditorAccountId', 1n],
    ] as const) {
      const account = textAt(answer, 'transaction', field);
      expected.set(account, (expected.get(account) ?? 0n) + sign * minor);
    }
  }
  expect(balances.map((balance) => BigInt(balance.replace('.', '')))).to.deep.equal([...expected.values()]);
  const { totals } = await door.call(AUDITOR, 'ledger.GetTrialBalance', {});
  for (const { debit, credit } of totals as JsonObject[]) expect(debit).to.deep.equal(credit);
}

/** Waits until nothing is planned any more: recovery settles what the dead left behind. */
async function settled(database: TestDatabase): Promise<void> {
  const end = Date.now() + BACK_MS;
  for (;;) {
    const planned = await database.query("select from command where state = 'planned'");
    if (planned.length === 0) return;
    if (Date.now() > end) throw new Error(`${planned.length} orders are not settled after ${BACK_MS} ms`);
    await sleep(100);
  }
}

async function inTurns<T, R>(items: readonly T[], work: (item: T, index: number) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const queue = items.entries();
  const worker = async () => {
    for (const [index, item] of queue) results[index] = await work(item, index);
  };
  await Promise.all(Array.from({ length: CALLERS }, worker));
  return results;
}
