// Ledger processes struck at any moment while they work: killed, stopped, cut off in the middle of a message, and their
// PostgreSQL killed under them. What was acknowledged stands, once; every id answers as it did; and the laws hold.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import fc from 'fast-check';
import { newId } from '#chassis/id.ts';
import { developmentIssuer, type Issuer } from '#chassis/issuer.ts';
import { asWorkload } from '#chassis/testing/clients.ts';
import { cloneDatabase, type TestDatabase } from '#chassis/testing/database.ts';
import { type Identities, testIdentities } from '#chassis/testing/identities.ts';
import { cases, PROOF } from '#chassis/testing/property.ts';
import { testEnvironment } from '#chassis/testing/service.ts';
import { Side } from '#gen/bank/ledger/v1/ledger_pb.ts';
import { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { randomFreePort } from '../../tools/platform/ports.ts';
import { startPostgres } from '../../tools/platform/postgres.ts';
import { killNow } from '../../tools/platform/processes.ts';
import { makeScratch, removeScratch } from '../../tools/platform/scratch.ts';
import { checkLaws } from '../_testbed/laws.ts';
import { type Line, openLine } from '../_testbed/line.ts';
import { type ServiceProcess, startServiceProcess } from '../_testbed/service-process.ts';
import { ledger } from './service.ts';
import { journal } from './testing.ts';
import { type Ledger, makeWishes, type Wishes } from './testing-wishes.ts';

const ACCOUNTS = 6;
const FUNDS = 100_000n;
/** Longer than a lane's lease, so that whoever was stopped wakes to find its lane lost. */
const STOP_MS = PROOF ? 10_000 : 6_000;
/**
 * How long the ledger may take to do business again once it, or its database, is there. Callers need up to half a second
 * to find a process that is new.
 */
const BACK_MS = 5_000;
/** As the middle of several deaths of the database has it: how long one takes is a matter of the machine as well. */
const BACK_AFTER_DATABASE_MS = 1_000;

type Fault =
  | { readonly do: 'kill' | 'stop'; readonly which: number; readonly after: number }
  | { readonly do: 'kill postgres'; readonly after: number }
  | { readonly do: 'cut'; readonly which: number; readonly bytes: number };

const which = fc.nat();
const moment = fc.nat(60);
const strike: fc.Arbitrary<Fault> = fc.oneof(
  { weight: 10, arbitrary: fc.record({ do: fc.constant('kill' as const), which, after: moment }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('kill postgres' as const), after: moment }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('cut' as const), which, bytes: fc.nat(20_000) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('stop' as const), which, after: moment }) },
);

/** A ledger process with the line to it. */
interface Member {
  process: ServiceProcess;
  readonly port: number;
  readonly line: Line;
  readonly client: Ledger;
}

describe('Ledger processes that are struck while they work', function struck() {
  this.timeout(PROOF ? 30 * 60_000 : 120_000);
  const run = process.env['COREBANK_TEST_POSTGRES_URL'];
  let scratch = '';
  let dataDir = '';
  let database: TestDatabase;
  let issuer: Issuer;
  let identities: Identities;
  let members: Member[] = [];

  before(async () => {
    scratch = await makeScratch();
    const { superuserUrl } = await startPostgres({ dataDir: postgresDir(), port: await randomFreePort() });
    // A server of its own, because the other tests of this run would not survive this one.
    process.env['COREBANK_TEST_POSTGRES_URL'] = superuserUrl;
  });
  after(async () => {
    if (run !== undefined) process.env['COREBANK_TEST_POSTGRES_URL'] = run;
    await removeScratch(scratch);
  });
  beforeEach(async () => {
    dataDir = await mkdtemp(path.join(tmpdir(), 'corebank-faults-'));
    database = await cloneDatabase(ledger);
    issuer = await developmentIssuer(path.join(dataDir, 'keyring'));
    identities = await testIdentities(testEnvironment(dataDir));
  });
  afterEach(async () => {
    for (const { client, line, process: member } of members) {
      client.close();
      await member.kill('SIGTERM');
      await line.close();
    }
    identities.close();
    await rm(dataDir, { recursive: true, force: true });
  });

  for (const processes of PROOF ? [1, 2, 3] : [2]) {
    it(`lose nothing that was acknowledged, double nothing, and are soon back: ${processes}`, async () => {
      members = await Promise.all(Array.from({ length: processes }, join));
      const accounts = await openAccounts();
      const { seed, numRuns } = cases(3, 50);
      const faults = fc.sample(strike, { seed, numRuns });
      const wishes = makeWishes(() => members.map(({ client }) => client), accounts, FUNDS);
      const away: { readonly what: Fault['do']; readonly ms: number }[] = [];
      for (const fault of faults) {
        await wishes.progress(30);
        away.push({ what: fault.do, ms: await befall(fault, wishes) });
      }
      await wishes.progress(50);
      await wishes.stop();
      await wishes.judge();
      await checkLaws(database.superuserUrl);
      const told = away.map(({ what, ms }) => `${what} ${Math.round(ms)}`);
      console.log(`      ${wishes.count()} wishes; back after so many ms: ${told.join(', ')}`);
      for (const { what, ms } of away) expect(ms, what).to.be.lessThan(BACK_MS);
      const databases = away
        .filter(({ what }) => what === 'kill postgres')
        .map(({ ms }) => ms)
        .sort((a, b) => a - b);
      expect(databases[databases.length >> 1] ?? 0).to.be.lessThan(BACK_AFTER_DATABASE_MS);
    });
  }

  /** Answers how many milliseconds after it could be there again the ledger was. */
  async function befall(fault: Fault, wishes: Wishes): Promise<number> {
    if (fault.do === 'cut') {
      member(fault.which).line.cutAfter(fault.bytes);
      return wishes.progress(30);
    }
    await sleep(fault.after);
    if (fault.do === 'kill postgres') {
      const { pid, port } = await startPostgres({ dataDir: postgresDir() });
      await killNow(pid);
      await startPostgres({ dataDir: postgresDir(), port });
    } else if (fault.do === 'kill') {
      const struck = member(fault.which);
      await struck.process.kill('SIGKILL');
      struck.process = await start(struck.port);
    } else {
      const { pid } = member(fault.which).process;
      process.kill(pid, 'SIGSTOP');
      await sleep(STOP_MS);
      process.kill(pid, 'SIGCONT');
    }
    return wishes.progress(1);
  }

  const postgresDir = () => path.join(scratch, 'postgres');
  const member = (number: number) => members[number % members.length] as Member;

  async function join(): Promise<Member> {
    const port = await randomFreePort();
    const running = await start(port);
    const line = await openLine(`127.0.0.1:${port}`);
    const identity = identities.of;
    const at = { service: LedgerService, audience: 'ledger' as const, address: line.address, issuer, identity };
    return { process: running, port, line, client: asWorkload(at, 'transaction') };
  }

  function start(port: number): Promise<ServiceProcess> {
    const own = { LEDGER_PORT: String(port), LEDGER_DATABASE_URL: database.runtimeUrl };
    return startServiceProcess('ledger', { ...testEnvironment(dataDir), ...own });
  }

  async function openAccounts(): Promise<string[]> {
    const client = member(0).client;
    const common = { currencyCode: 'EUR', floor: { currencyCode: 'EUR', amount: '0' } };
    const cash = newId('lac');
    const cashTerms = {
      ledgerAccountId: cash,
      normalSide: Side.DEBIT,
      generalLedgerCode: '1010',
      currencyCode: 'EUR',
    };
    await client.openLedgerAccount({ requestId: newId('evt'), ...cashTerms });
    const opened: string[] = [];
    for (let count = 0; count < ACCOUNTS; count += 1) {
      const ledgerAccountId = newId('lac');
      const terms = { ledgerAccountId, normalSide: Side.CREDIT, generalLedgerCode: '2010', ...common };
      await client.openLedgerAccount({ requestId: newId('evt'), accountId: newId('acc'), ...terms });
      await client.postJournals({ journals: [journal(cash, ledgerAccountId, '1000.00')] });
      opened.push(ledgerAccountId);
    }
    return opened;
  }
});
