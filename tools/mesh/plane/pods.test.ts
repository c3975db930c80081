import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { JsonObject } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { startTestBus, type TestBus } from '#chassis/testing/events-on-bus.ts';
import { cases, PROOF } from '#chassis/testing/property.ts';
import { startBanksBy } from '../../../services/_testbed/bank.ts';
import { counter, money } from '../../../services/_testbed/journeys/counter.ts';
import { type Door, openDoor } from '../../../services/_testbed/journeys/doors.ts';
import { checkLaws } from '../../../services/_testbed/laws.ts';
import { startServicesBy } from '../../../services/_testbed/service-process.ts';
import { importDirectory } from '../../bankctl/import/import-directory.ts';
import { type Authority, issue, makeAuthority } from '../../platform/development-ca.ts';
import { checkoutRoot } from '../../platform/paths.ts';
import { pathsFor } from '../authorization.ts';
import { testMatrix, WORKLOADS } from '../test-matrix.ts';
import { deploymentNamed, deploymentOf, rpcs } from '../workloads.ts';
import { bankIn } from './bank-in-pods.ts';
import { callOver, type Ended, sessionAt } from './calls.ts';
import { DENIED } from './inbound.ts';
import { DOUBLED, journeysInPods } from './journeys-in-pods.ts';
import { whyNoNamespaces } from './namespaces.ts';
import { OUTSIDER, placeOf, podOf, secondOf } from './pod-list.ts';
import { type PodBank, startPods } from './pods.ts';

/** One in so many cells of the matrix is tried, unless all are. */
const ONE_IN = PROOF ? 1 : 8;

const journeys = await journeysInPods();

describe('the bank in pods behind sidecars, by the manifests of prod', function theBankInPods() {
  this.timeout(600_000);
  const { seed } = cases(1, 1);
  const unrun = WORKLOADS.filter((workload) => !deploymentOf(workload));
  const strangers = unrun.filter((_, index) => PROOF || index === seed % unrun.length);
  let bank: PodBank;
  let bus: TestBus | undefined;
  let office: Door;
  let channel: Door;

  before('starts the pods', async function startsThePods() {
    const why = await whyNoNamespaces();
    if (why !== undefined) {
      console.log(`      no pods in namespaces: ${why}`);
      return this.skip();
    }
    bank = await startPods('mesh/istio/overlays/prod', { doubled: DOUBLED, others: strangers });
    bus = process.env['NATS_URL'] ? await startTestBus() : undefined;
    await bank.begin({ NATS_URL: bus?.url });
    const door = (gateway: string) => {
      const port = bank.gateways.get(gateway) ?? 0;
      return openDoor({ httpPort: port, grpcPort: port }, 'Connect JSON');
    };
    office = door('back-office');
    channel = door('public');
  });
  after('stops the pods', async () => {
    office?.close();
    channel?.close();
    await bank?.stop();
    await bus?.stop();
  });

  afterEach('the laws of the ledger hold', async function theLawsHold() {
    const ledger = bank?.databases().get('ledger');
    if (this.currentTest?.state === 'failed') console.log(bank?.written());
    // Some journeys have a bank without one.
    if (ledger) await checkLaws(ledger.superuserUrl);
  });

  /** Two accounts with something on the first, and its owner. */
  async function people() {
    const at = counter(office);
    const from = await at.personWithAccount('Jana');
    const to = await at.personWithAccount('Petr');
    await at.deposit(from.accountId, money('1000.00'));
    return { at, from, to };
  }

  const transfer = (subject: string, from: string, to: string, requestId: string = randomUUID()) =>
    channel.call(subject, 'transaction.TransferFunds', {
      requestId,
      debtorAccountId: from,
      creditorAccountId: to,
      amount: money('1.00'),
    });

  it('serves customers and staff, each through their own gateway', async () => {
    const { at, from, to } = await people();
    await transfer(`customer:${from.customerId}`, from.accountId, to.accountId);
    expect(await at.booked(to.accountId)).to.equal('1.00');
    const asked: JsonObject = { requestId: randomUUID(), creditorAccountId: to.accountId, amount: money('1.00') };
    // Staff's own RPCs do not even come to the edge through the gateway of customers.
    const told = await channel.call('staff:teller', 'transaction.DepositCash', asked).then(String, String);
    expect(told).to.contain('RBAC');
  });

  it('lets every workload into the RPCs that the matrix lets it into, and into no other', async () => {
    const matrix = testMatrix();
    const callers = WORKLOADS.filter((workload) => deploymentOf(workload) || strangers.includes(workload));
    const all = callers.flatMap((workload) => rpcs.map(({ path, service }) => ({ workload, path, service })));
    const chosen = all.filter((_, index) => (index + seed) % ONE_IN === 0);
    let passed = 0;
    for (const [workload, cells] of Map.groupBy(chosen, (cell) => cell.workload)) {
      const asked = cells.map(({ path, service }) => ({ path, place: placeOf(service) }));
      const ended = await bank.call(podOf(workload), asked);
      for (const [index, { path }] of cells.entries()) {
        const kept = matrix[path.slice(1)]?.workloads.CALLER_NOT_ALLOWED ?? [];
        const may = deploymentOf(workload) !== undefined && !kept.includes(workload);
        const how = ended[index];
        expect(isKeptOut(how), `${workload} ${path}: ${JSON.stringify(how)}`).to.equal(!may);
        if (may) passed += 1;
      }
    }
    console.log(`      ${chosen.length} cells, ${passed} of them let in`);
  });

  it('lets partners into what is granted to partners, by gRPC', async () => {
    const session = await sessionAt(bank.gateways.get('partners') ?? 0, undefined);
    const granted = pathsFor(['PARTNER']);
    const [first = ''] = granted;
    const [other = ''] = pathsFor(['CHANNEL']).filter((one) => !granted.includes(one));
    // It has come to the edge, which asks for a token.
    expect(await callOver(session, first)).to.include({ grpcStatus: '16' });
    expect(await callOver(session, other)).to.include({ grpcStatus: '7', message: DENIED });
    session.close();
  });

  it('takes no plaintext from a pod outside of the mesh', async () => {
    const places = ['ledger', 'security', 'transaction'].map(
      (name) => `${bank.addressOf(name)}:${deploymentNamed(name).ports[0]?.number}`,
    );
    const asked = places.map((place) => ({ place, path: '/bank.ledger.v1.LedgerService/GetBusinessDate' }));
    for (const ended of await bank.call(OUTSIDER, asked)) expect(ended).to.be.a('string');
  });

  it('does once what is asked again, when its answer was lost after it was done', async () => {
    const { at, from, to } = await people();
    const subject = `customer:${from.customerId}`;
    const rpc = '/bank.transaction.v1.TransactionService/TransferFunds';
    const count = () => bank.sidecar('transaction')('count', rpc);
    const before = await count();
    await bank.sidecar('transaction')('lose', { path: rpc, times: 1 });
    const requestId = randomUUID();
    const told = await transfer(subject, from.accountId, to.accountId, requestId).then(
      () => 'answered',
      (error: unknown) => String(error),
    );
    expect(told).not.to.equal('answered');
    // No sidecar has made it again by itself.
    expect(await count()).to.equal(before + 1);
    await transfer(subject, from.accountId, to.accountId, requestId);
    expect(await at.booked(to.accountId)).to.equal('1.00');
    // What one service asks of another is found again as well, under its own key.
    for (const lost of ['OpenLedgerAccount', 'PostJournalStream']) {
      await bank.sidecar('ledger')('lose', { path: `/bank.ledger.v1.LedgerService/${lost}`, times: 1 });
    }
    // The stream of journals is open all the time: it has to be opened again to lose what is answered first.
    await bank.sidecar('ledger')('cut', undefined);
    const order = { requestId: randomUUID(), creditorAccountId: to.accountId, amount: money('5.00') };
    await untilAnswered(() => office.call('staff:teller', 'transaction.DepositCash', order));
    expect(await at.booked(to.accountId)).to.equal('6.00');
    const request = {
      requestId: randomUUID(),
      type: 'ACCOUNT_TYPE_INDIVIDUAL',
      productId: 'prd_current_czk',
      holders: [{ customerId: to.customerId, role: 'HOLDER_ROLE_OWNER' }],
    };
    const first = await untilAnswered(() => office.call('staff:teller', 'account.OpenAccount', request));
    const again = await office.call('staff:teller', 'account.OpenAccount', request);
    expect(again).to.deep.equal(first);
  });

  it('makes a read again by itself, whose answer was lost', async () => {
    const { at, from } = await people();
    const rpc = '/bank.account.v1.AccountService/GetAccountBalance';
    const before = await bank.sidecar('account')('count', rpc);
    await bank.sidecar('account')('lose', { path: rpc, times: 2 });
    expect(await at.booked(from.accountId)).to.equal('1000.00');
    expect(await bank.sidecar('account')('count', rpc)).to.equal(before + 3);
  });

  it('goes on with new certificates and another authority, under load, and then takes the old ones no more', async () => {
    const { at, to } = await people();
    const next = await makeAuthority();
    const done = await underLoad(to, async () => {
      await bank.certify(bank.authority, [bank.authority, next]);
      await bank.certify(next, [bank.authority, next]);
      await bank.certify(next, [next]);
      await sleep(200);
    });
    expect(await at.booked(to.accountId)).to.equal(`${done}.00`);
    console.log(`      ${done} deposits`);
    const id = 'spiffe://prod.corebank.internal/ns/bank/sa/transaction';
    const ca = next.certificate.toString('pem');
    const enter = async (by: Authority) => {
      const material = { ...(await issue(by, id)), ca, minVersion: 'TLSv1.3' as const };
      return sessionAt(9101, material, bank.addressOf('ledger')).then(
        (session) => session.close(),
        () => 'refused',
      );
    };
    expect([await enter(next), await enter(bank.authority)]).to.deep.equal([undefined, 'refused']);
    // Back again: those who call from outside have certificates by the first.
    await bank.certify(next, [bank.authority, next]);
    await bank.certify(bank.authority, [bank.authority, next]);
    await bank.certify(bank.authority, [bank.authority]);
  });

  it('loses no call and does none twice while a pod drains and another takes over', async () => {
    const { at, to } = await people();
    const second = secondOf('transaction');
    await bank.startProgram(second);
    const done = await underLoad(to, async () => {
      await bank.move('transaction', second);
      expect(await bank.endProgram('transaction')).to.equal(0);
      await sleep(200);
    });
    expect(await at.booked(to.accountId)).to.equal(`${done}.00`);
    console.log(`      ${done} deposits`);
  });

  describe('as everybody outside knows it', () => {
    before(() => {
      // Journeys count what there is: in full, each has a bank of its own.
      startBanksBy((options) => bankIn(bank, options, { anew: PROOF }));
      startServicesBy((name, environment) => bank.startProcess(name, environment));
    });
    after(() => {
      startBanksBy(undefined);
      startServicesBy(undefined);
    });

    it("takes over another bank's data, and finds every balance equal", async () => {
      const directory = path.join(checkoutRoot(), 'sample');
      const { accounts, posted, transactions, differences } = await importDirectory({
        edge: bank.front.url,
        directory,
      });
      expect({ accounts, differences }).to.deep.equal({ accounts: 7, differences: [] });
      expect(posted).to.equal(transactions);
    });

    for (const { title, body } of journeys) describe(title, body);
  });

  /** Pays in all the while that something is done, and a little longer: how often, and every one was answered. */
  async function underLoad({ accountId }: { accountId: string }, work: () => Promise<void>): Promise<number> {
    let goesOn = true;
    let done = 0;
    const one = async () => {
      while (goesOn) {
        const order = { requestId: randomUUID(), creditorAccountId: accountId, amount: money('1.00') };
        await office.call('staff:teller', 'transaction.DepositCash', order);
        done += 1;
      }
    };
    const load = Promise.all(Array.from({ length: 4 }, one));
    try {
      await Promise.race([load, sleep(200)]);
      await work();
    } finally {
      goesOn = false;
    }
    await load;
    return done;
  }
});

/** Whether a call came to no program: its own sidecar knows no way, or the other's lets nobody in. */
function isKeptOut(ended: Ended | string | undefined): boolean {
  if (ended === undefined || typeof ended === 'string') throw new Error(`a call has not ended: ${ended}`);
  return ended.message === DENIED || ended.message === 'no route';
}

async function untilAnswered<T>(ask: () => Promise<T>): Promise<T> {
  for (;;) {
    const answer = await ask().catch(() => undefined);
    if (answer !== undefined) return answer;
    await sleep(50);
  }
}
