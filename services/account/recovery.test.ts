import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import type { Client } from '#chassis/call.ts';
import { asPrincipal } from '#chassis/testing/clients.ts';
import { cloneDatabase, type TestDatabase } from '#chassis/testing/database.ts';
import { eventsOf } from '#chassis/testing/events.ts';
import { refused, staff } from '#chassis/testing/service.ts';
import { AccountState, FreezeReason } from '#gen/bank/account/v1/account_pb.ts';
import { AccountService } from '#gen/bank/account/v1/account_service_pb.ts';
import { randomFreePort } from '../../tools/platform/ports.ts';
import { disagreements } from '../_testbed/agreements.ts';
import { type Bank, startBank } from '../_testbed/bank.ts';
import { type Line, openLine } from '../_testbed/line.ts';
import { anOpening, aRequestId, payIn, registerPerson } from '../_testbed/opening.ts';
import { type ServiceProcess, startServiceProcess } from '../_testbed/service-process.ts';
import { account } from './service.ts';
import { aPot, inPots, moving } from './testing-pots.ts';

const SETTLED_MS = 15_000;

describe('an account process that is killed, and a ledger that is away', function suite() {
  this.timeout(60_000);
  let bank: Bank;
  let database: TestDatabase;
  let line: Line;
  let environment: NodeJS.ProcessEnv;
  let running: ServiceProcess;
  let client: Client<typeof AccountService>;
  /** One who waits half a second only. */
  let hasty: Client<typeof AccountService>;
  let owner = '';

  before(async () => {
    bank = await startBank({ edge: false, services: ['ledger', 'customer'] });
    database = await cloneDatabase(account);
    line = await openLine(bank.address('ledger'));
    const port = await randomFreePort();
    environment = {
      ...bank.environment,
      ACCOUNT_DATABASE_URL: database.runtimeUrl,
      ACCOUNT_PORT: String(port),
      LEDGER_ADDRESS: line.address,
    };
    running = await startServiceProcess('account', environment);
    const callable = {
      service: AccountService,
      audience: 'account' as const,
      address: `127.0.0.1:${port}`,
      issuer: bank.issuer,
      identity: bank.identity,
    };
    client = asPrincipal(callable, staff('BACK_OFFICE'));
    hasty = asPrincipal(callable, staff('BACK_OFFICE'), { deadlineMs: 500 });
    owner = await registerPerson(bank);
  });
  after(async () => {
    client?.close();
    hasty?.close();
    await running?.kill();
    await line?.close();
    await database?.drop();
    await bank?.stop();
  });
  afterEach('the ledger has what was agreed', async () => {
    const both = { database: (name: string) => (name === 'account' ? database : bank.database('ledger')) };
    expect(await disagreements(both)).to.deep.equal([]);
  });

  async function open(): Promise<string> {
    return (await client.openAccount(anOpening({ owners: [owner] }))).account?.accountId ?? '';
  }
  const freezing = (accountId: string) => ({
    requestId: aRequestId('freeze'),
    accountId,
    debits: true,
    reason: FreezeReason.COURT_ORDER,
  });

  /** Waits until the database answers this question with a row. */
  async function until(question: string, values: unknown[] = []): Promise<void> {
    const end = Date.now() + SETTLED_MS;
    while ((await database.query(question, values)).length === 0) {
      if (Date.now() > end) throw new Error(`never: ${question}`);
      await sleep(25);
    }
  }
  const untilPlanned = (requestId: string) =>
    until(`select from command where request_id = $1 and state = 'planned'`, [requestId]);

  async function killAndRestart(): Promise<void> {
    await running.kill('SIGKILL');
    line.release();
    running = await startServiceProcess('account', environment);
  }

  it('freezes after a kill -9 before the ledger had heard of it, and once only', async () => {
    const accountId = await open();
    const request = freezing(accountId);
    line.hold();
    const answer = client.freezeAccount(request).catch((error: Error) => error);
    await untilPlanned(request.requestId);
    await killAndRestart();
    expect(await answer).to.be.instanceOf(Error);
    await until('select from account where id = $1 and freeze_debits and pending_change is null', [accountId]);
    expect((await client.freezeAccount(request)).account?.etag).to.equal('2');
    expect(await eventsOf(database, accountId)).to.deep.equal(['AccountOpened 1', 'AccountFrozen 2']);
  });

  it('moves money to a pot after a kill -9 before the ledger had heard of it, and once only', async () => {
    const { account: opened } = await client.openAccount(anOpening({ owners: [owner] }));
    if (!opened) throw new Error('no account was opened');
    const { accountId } = opened;
    await payIn(bank, opened, '10.00');
    const potId = await aPot(client, accountId);
    const request = moving(potId, '6.00');
    line.hold();
    const answer = client.movePotMoney(request).catch((error: Error) => error);
    await untilPlanned(request.requestId);
    await killAndRestart();
    expect(await answer).to.be.instanceOf(Error);
    await until(`select from command where request_id = $1 and state = 'done'`, [request.requestId]);
    expect((await client.movePotMoney(request)).journalId).to.match(/^jnl_pot_/);
    expect(await inPots(client, accountId)).to.deep.equal({ own: '4.00', pots: ['6.00'], total: '10.00' });
    await client.movePotMoney(moving(potId, '-6.00'));
  });

  it('opens after a kill -9 while the ledger was at it, one account and one ledger account', async () => {
    const opening = anOpening({ owners: [owner] });
    const lock = await bank.database('ledger').open('superuser');
    await lock.query('begin');
    await lock.query('lock table command in access exclusive mode');
    const answer = client.openAccount(opening).catch((error: Error) => error);
    await untilPlanned(opening.requestId);
    await sleep(200);
    await running.kill('SIGKILL');
    await lock.query('rollback');
    await lock.end();
    expect(await answer).to.be.instanceOf(Error);
    running = await startServiceProcess('account', environment);
    await until(`select from command where request_id = $1 and state = 'done'`, [opening.requestId]);
    const { account: opened } = await client.openAccount(opening);
    expect(opened).to.deep.include({ state: AccountState.ACTIVE, etag: '1' });
    expect(await eventsOf(database, opened?.accountId ?? '')).to.deep.equal(['AccountOpened 1']);
    const rows = await bank
      .database('ledger')
      .query('select from ledger_account where account_id = $1', [opened?.accountId ?? '']);
    expect(rows).to.have.length(1);
  });

  it('tells to repeat while the ledger is away, lets nothing else change the account, and then ends right', async () => {
    const accountId = await open();
    const request = freezing(accountId);
    line.cut();
    const refusal = await client.freezeAccount(request).catch((error: Error) => error);
    expect(refusal).to.have.property('reason', 'SERVICE_UNAVAILABLE');
    expect((await client.getAccount({ accountId })).account?.freeze).to.equal(undefined);
    const rename = { requestId: aRequestId(), accountId, displayName: 'Later' };
    await refused(hasty.updateAccount(rename), 'ACCOUNT_BUSY');
    line.mend();
    await until('select from account where id = $1 and pending_change is null', [accountId]);
    expect((await client.freezeAccount(request)).account).to.deep.include({ etag: '2' });
    expect((await client.updateAccount(rename)).account).to.deep.include({ etag: '3', displayName: 'Later' });
  });

  it('closes, or leaves open, after a kill -9: as the ledger decided', async () => {
    const accountId = await open();
    const request = { requestId: aRequestId('close'), accountId };
    // The day is read before anything is planned, and kept for a moment.
    await client.closeAccount({ ...request, requestId: aRequestId(), validateOnly: true });
    const lock = await bank.database('ledger').open('superuser');
    await lock.query('begin');
    await lock.query('lock table command in access exclusive mode');
    const answer = client.closeAccount(request).catch((error: Error) => error);
    await untilPlanned(request.requestId);
    await running.kill('SIGKILL');
    await lock.query('rollback');
    await lock.end();
    expect(await answer).to.be.instanceOf(Error);
    running = await startServiceProcess('account', environment);
    await until(`select from account where id = $1 and state = 'closed' and pending_change is null`, [accountId]);
    expect((await client.closeAccount(request)).account?.state).to.equal(AccountState.CLOSED);
  });

  it('sweeps once, and closes, whatever it was at when it was killed', async () => {
    const target = (await client.getAccount({ accountId: await open() })).account;
    const ids = await Promise.all(Array.from({ length: 8 }, () => open()));
    for (const accountId of ids) {
      const { account: opened } = await client.getAccount({ accountId });
      if (opened) await payIn(bank, opened, '1.00');
    }
    const requests = ids.map((accountId) => {
      return { requestId: aRequestId('close'), accountId, sweepAccountId: target?.accountId ?? '' };
    });
    const answers = requests.map((request) => client.closeAccount(request).catch((error: Error) => error));
    await sleep(20 + Math.random() * 60);
    await killAndRestart();
    await Promise.all(answers);
    await until(`select from account having count(*) filter (where pending_change is not null) = 0`);
    for (const request of requests) {
      const { account: closed, payout } = await client.closeAccount(request);
      expect([closed?.state, payout?.swept?.amount]).to.deep.equal([AccountState.CLOSED, '1.00']);
    }
    const { booked } = await client.getAccountBalance({ accountId: target?.accountId ?? '' });
    expect(booked?.amount).to.equal('8.00');
  });

  it('ends every one of many changes that were under way when it was killed', async () => {
    const ids = await Promise.all(Array.from({ length: 10 }, () => open()));
    const answers = ids.map((id) => client.freezeAccount(freezing(id)).catch((error: Error) => error));
    await sleep(15);
    await killAndRestart();
    await Promise.all(answers);
    await until(`select from account having count(*) filter (where pending_change is not null) = 0`);
  });
});
