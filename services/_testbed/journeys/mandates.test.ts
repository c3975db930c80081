// Payments that several have to sign, and those who act for others: what account, transaction, customer and notification do together.
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { Code } from '#chassis/errors.ts';
import { asPrincipal, customer, refused, staff } from '#chassis/testing/clients.ts';
import { cloneDatabase, type TestDatabase } from '#chassis/testing/database.ts';
import { eventsOf } from '#chassis/testing/events.ts';
import { startTestBus, type TestBus } from '#chassis/testing/events-on-bus.ts';
import type { Account } from '#gen/bank/account/v1/account_pb.ts';
import { CustomerService } from '#gen/bank/customer/v1/customer_service_pb.ts';
import { RelationKind } from '#gen/bank/customer/v1/relation_pb.ts';
import { NotificationService } from '#gen/bank/notification/v1/notification_service_pb.ts';
import { type Transaction, TransactionState } from '#gen/bank/transaction/v1/transaction_pb.ts';
import { randomFreePort } from '../../../tools/platform/ports.ts';
import { approvedAccounts, giveMandate, rule, signer, twoOfThree } from '../../account/testing-mandates.ts';
import { transaction } from '../../transaction/service.ts';
import { as, aTransfer, balanceOf, type Callable, czk, deposit, of, there } from '../../transaction/testing.ts';
import { ELSEWHERE, lifeOfPayment } from '../../transaction/testing-payments.ts';
import { type Bank, startBank } from '../bank.ts';
import { checkLaws } from '../laws.ts';
import { accountsAs, accountsOf, aRequestId, openAccount, payIn, registerPerson } from '../opening.ts';
import { type ServiceProcess, startServiceProcess } from '../service-process.ts';
import { aSigner, type Signer } from '../signers.ts';

const PATIENCE_MS = 30_000;

describe('Payments that several sign', function payments() {
  this.timeout(120_000);
  let bus: TestBus;
  let bank: Bank;
  let [a, b, c]: Signer[] = [];
  let ids: string[] = [];
  let mine: Account;
  let his: Account;

  before(async function startsThem() {
    // The launcher of the tests found no server for events, and said so.
    if (!process.env['NATS_URL']) this.skip();
    bus = await startTestBus();
    bank = await startBank({ edge: false, environment: { NATS_URL: bus.url, PAYMENT_SCHEMES: 'CZK:INSTANT' } });
    [a, b, c] = await Promise.all([aSigner(bank), aSigner(bank), aSigner(bank)]);
    ids = [a, b, c].map((one) => there(one).customerId);
  });
  after(async () => {
    await bank?.stop();
    await bus?.stop();
  });
  beforeEach('an account that two of three sign for', async () => {
    [mine, his] = await Promise.all([openAccount(bank, { owners: ids.slice(0, 1) }), openAccount(bank)]);
    await deposit(bank, mine, '10000');
    await giveMandate(
      bank,
      mine.accountId,
      ids.map((id) => signer(id)),
      twoOfThree(ids),
    );
  });
  afterEach('the laws of the ledger hold', () => checkLaws(bank.database('ledger').superuserUrl));

  /** Orders a payment; on a busy machine as often as it takes, which is one order. */
  async function ordered(who: number, amount: string): Promise<Transaction> {
    const request = aTransfer(mine, his, amount);
    for (;;) {
      try {
        return there((await of(bank, ids[who] ?? '').transferFunds(request)).transaction);
      } catch (error) {
        if ((error as { code?: number }).code !== Code.DEADLINE_EXCEEDED) throw error;
      }
    }
  }

  /** An order as it is once it is in a state other than these. */
  async function once({ transactionId }: Transaction, ...not: TransactionState[]): Promise<Transaction> {
    const end = Date.now() + PATIENCE_MS;
    for (;;) {
      const now = there((await as(bank, 'TELLER').getTransaction({ transactionId })).transaction);
      if (!not.includes(now.state) || Date.now() > end) return now;
      await sleep(20);
    }
  }
  const { AWAITING_SIGNATURES, PENDING } = TransactionState;
  const life = ({ stateChanges }: Transaction) =>
    stateChanges.map(({ state, reason }) => {
      const [word] = Object.entries(TransactionState).find(([, value]) => value === state) ?? [];
      return `${word} ${reason}`.trim();
    });

  it('are booked once two have signed, once, and nothing is before', async () => {
    const request = aTransfer(mine, his, '5000');
    const first = there((await of(bank, ids[1] ?? '').transferFunds(request)).transaction);
    expect(first.state).to.equal(AWAITING_SIGNATURES);
    expect((await of(bank, ids[1] ?? '').transferFunds(request)).transaction).to.deep.equal(first);
    expect(await balanceOf(bank, mine)).to.equal('10000.00');
    // Both of the others at once: one of them is needed.
    const both = await Promise.allSettled([a, c].map((one) => there(one).sign(first.signatureRequestId)));
    expect(both.filter(({ status }) => status === 'fulfilled')).to.have.length(1);
    const booked = await once(first, AWAITING_SIGNATURES, PENDING);
    expect(life(booked)).to.deep.equal(['PENDING', 'AWAITING_SIGNATURES', 'PENDING', 'POSTED']);
    expect(await balanceOf(bank, mine)).to.equal('5000.00');
    expect(await eventsOf(bank.database('transaction'), first.transactionId)).to.deep.equal([
      'TransactionAwaitsSignatures 1',
      'TransactionSigned 2',
      'TransactionPosted 3',
    ]);
  });

  it('to another bank wait for them as well, and go on when they have signed', async () => {
    const whom = { creditorIban: ELSEWHERE, creditorName: 'Erika Mustermann', amount: czk('100') };
    const order = { requestId: aRequestId(), debtorAccountId: mine.accountId, ...whom };
    const { paymentOrder } = await of(bank, ids[1] ?? '').orderPayment(order);
    const { paymentOrderId, transactionId } = there(paymentOrder);
    expect(lifeOfPayment(there(paymentOrder))).to.deep.equal(['CREATED', 'PENDING_SIGNATURE']);
    const waiting = there((await as(bank, 'TELLER').getTransaction({ transactionId })).transaction);
    await there(a).sign(waiting.signatureRequestId);
    await once(waiting, AWAITING_SIGNATURES, PENDING);
    const { paymentOrder: accepted } = await as(bank, 'TELLER').getPaymentOrder({ paymentOrderId });
    expect(lifeOfPayment(there(accepted))).to.deep.equal(['CREATED', 'PENDING_SIGNATURE', 'ACCEPTED']);
    expect(await balanceOf(bank, mine)).to.equal('9900.00');
  });

  it('over 5,000 wait for the first of them', async () => {
    const order = await ordered(1, '5000.01');
    await there(c).sign(order.signatureRequestId);
    expect((await once(order)).state).to.equal(AWAITING_SIGNATURES);
    await there(a).sign(order.signatureRequestId);
    expect((await once(order, AWAITING_SIGNATURES, PENDING)).state).to.equal(TransactionState.POSTED);
  });

  it('are refused when too few would sign, when their maker takes them back, or when there is no money', async () => {
    const refusedOne = await ordered(0, '100');
    for (const who of [1, 2]) {
      const request = { requestId: aRequestId(), signatureRequestId: refusedOne.signatureRequestId };
      await accountsOf(bank, ids[who] ?? '').refuseSignature(request);
    }
    expect(life(await once(refusedOne, AWAITING_SIGNATURES)).at(-1)).to.equal('REFUSED SIGNATURES_REFUSED');
    const withdrawn = await ordered(0, '100');
    const taking = { requestId: aRequestId(), signatureRequestId: withdrawn.signatureRequestId };
    await accountsOf(bank, ids[0] ?? '').withdrawSignatureRequest(taking);
    expect(life(await once(withdrawn, AWAITING_SIGNATURES)).at(-1)).to.equal('REFUSED SIGNATURES_WITHDRAWN');
    const [poor, rich] = [await ordered(0, '9000'), await ordered(0, '2000')];
    await there(b).sign(rich.signatureRequestId);
    await once(rich, AWAITING_SIGNATURES, PENDING);
    await there(b).sign(poor.signatureRequestId);
    expect(life(await once(poor, AWAITING_SIGNATURES, PENDING)).at(-1)).to.equal('REFUSED INSUFFICIENT_FUNDS');
    expect(await balanceOf(bank, mine)).to.equal('8000.00');
  });

  it('go on by the mandate that is given meanwhile; who is on it no longer can no longer sign', async () => {
    const order = await ordered(0, '100');
    await giveMandate(bank, mine.accountId, [signer(ids[0] ?? ''), signer(ids[1] ?? '')], [rule('PAY', [[2]])]);
    const late = { requestId: aRequestId(), signatureRequestId: order.signatureRequestId };
    await refused(accountsOf(bank, ids[2] ?? '').giveSignature(late), 'SIGNATURE_REQUEST_NOT_FOUND');
    expect((await once(order)).state).to.equal(AWAITING_SIGNATURES);
    await approvedAccounts(bank).revokeMandate({ requestId: aRequestId(), accountId: mine.accountId });
    expect((await once(order, AWAITING_SIGNATURES, PENDING)).state).to.equal(TransactionState.POSTED);
  });

  it('keep no money for others, and no hold waits for them', async () => {
    const holding = { ...aTransfer(mine, his, '1'), expireTime: { seconds: 4_070_908_800n, nanos: 0 } };
    await refused(of(bank, ids[0] ?? '').placeHold(holding), 'SIGNATURES_REQUIRED');
  });

  it('are told to those who may sign, and then to who asked', async () => {
    const order = await ordered(0, '77');
    const notices = async (who: number) => {
      const client = bank.asPrincipal(NotificationService, customer(ids[who] ?? ''));
      const { notices: all } = await client.listInbox({});
      return all.filter(({ amount }) => amount?.amount === '77.00').map(({ template }) => template);
    };
    const told = async (who: number, ...templates: string[]) => {
      const end = Date.now() + PATIENCE_MS;
      while ((await notices(who)).length < templates.length && Date.now() < end) await sleep(50);
      expect(await notices(who)).to.have.members(templates);
    };
    await told(1, 'signature-waiting');
    await told(2, 'signature-waiting');
    await there(b).sign(order.signatureRequestId);
    await told(0, 'signatures-complete', 'money-out');
  });

  it('are a guardian’s to order for their ward, from the day that the bank says so until it ends', async () => {
    const [ward, guardian] = [await registerPerson(bank), await registerPerson(bank)];
    const account = await openAccount(bank, { owners: [ward] });
    await deposit(bank, account, '100');
    const pay = (who: string) => of(bank, who).transferFunds(aTransfer(account, his, '10'));
    await pay(ward);
    await refused(pay(guardian), 'ACCOUNT_NOT_FOUND');
    const between = { customerId: ward, relatedCustomerId: guardian, kind: RelationKind.GUARDIAN };
    const maker = { ...staff('BACK_OFFICE'), approverId: 'stf_checker' };
    const granted = await bank
      .asPrincipal(CustomerService, maker, { workload: 'security-executor' })
      .grantRepresentation({ requestId: aRequestId(), ...between });
    const known = (until: string) => `select from representation where customer_id = '${ward}' and ${until}`;
    const untilKnown = async (what: string) => {
      const end = Date.now() + PATIENCE_MS;
      while ((await bank.database('account').query(known(what))).length === 0 && Date.now() < end) await sleep(20);
    };
    await untilKnown('valid_until is null');
    await pay(guardian);
    await refused(pay(ward), 'GUARDIAN_REQUIRED');
    expect((await accountsOf(bank, ward).getAccount({ accountId: account.accountId })).account?.accountId).to.equal(
      account.accountId,
    );
    const relationId = granted.relation?.relationId ?? '';
    const ending = { requestId: aRequestId(), customerId: ward, relationId };
    await bank.asPrincipal(CustomerService, staff('BACK_OFFICE')).endRelation(ending);
    await untilKnown('valid_until is not null');
    await refused(pay(guardian), 'ACCOUNT_NOT_FOUND');
    await pay(ward);
    expect(await balanceOf(bank, account)).to.equal('70.00');
  });
});

describe('A payment that several sign, while transaction is killed', function killed() {
  this.timeout(240_000);
  let bus: TestBus;
  let bank: Bank;
  let database: TestDatabase;
  let environment: NodeJS.ProcessEnv;
  let running: ServiceProcess;
  let called: Callable;
  const clients: { close(): void }[] = [];

  before(async function startsThem() {
    if (!process.env['NATS_URL']) this.skip();
    bus = await startTestBus();
    const services = ['ledger', 'customer', 'account', 'security'] as const;
    bank = await startBank({ edge: false, services, environment: { NATS_URL: bus.url } });
    database = await cloneDatabase(transaction);
    const port = await randomFreePort();
    environment = {
      ...bank.environment,
      TRANSACTION_DATABASE_URL: database.runtimeUrl,
      TRANSACTION_PORT: String(port),
    };
    running = await startServiceProcess('transaction', environment);
    called = {
      asPrincipal(service, actor) {
        const { issuer, identity } = bank;
        const callable = { service, audience: 'transaction' as const, address: `127.0.0.1:${port}`, issuer, identity };
        const client = asPrincipal(callable, actor, { deadlineMs: 5_000 });
        clients.push(client);
        return client;
      },
    };
  });
  after(async () => {
    for (const client of clients) client.close();
    await running?.kill();
    await database?.drop();
    await bank?.stop();
    await bus?.stop();
  });

  it('is booked once, whenever that was', async () => {
    const [a, b] = [await registerPerson(bank), await aSigner(bank)];
    const [mine, his] = [await openAccount(bank, { owners: [a] }), await openAccount(bank)];
    await payIn(bank, mine, '1000');
    await giveMandate(bank, mine.accountId, [signer(a), signer(b.customerId)], [rule('PAY', [[2]])]);
    // About when the event comes, and at any time.
    const pauses = [40, Math.round(Math.random() * 200)];
    for (const [round, pause] of pauses.entries()) {
      const { transaction: order } = await of(called, a).transferFunds(aTransfer(mine, his, '100'));
      await b.sign(order?.signatureRequestId ?? '');
      await sleep(pause);
      await running.kill('SIGKILL');
      running = await startServiceProcess('transaction', environment);
      const booked = `select from transaction where id = '${order?.transactionId}' and state = 'posted'`;
      const end = Date.now() + 60_000;
      while ((await database.query(booked)).length === 0 && Date.now() < end) await sleep(50);
      expect(await database.query(booked), `killed after ${pause} ms`).to.have.length(1);
      const account = accountsAs(bank, 'TELLER');
      const { booked: left } = await account.getAccountBalance({ accountId: mine.accountId });
      expect(left?.amount, `killed after ${pause} ms`).to.equal(`${1000 - 100 * (round + 1)}.00`);
    }
    await checkLaws(bank.database('ledger').superuserUrl);
  });
});
