// Orders that look like fraud, from the customer's side; and what becomes of them when nobody can say.
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { Code } from '#chassis/errors.ts';
import { startTestBus, type TestBus } from '#chassis/testing/events-on-bus.ts';
import { refused, staff } from '#chassis/testing/service.ts';
import { SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import { ReviewState } from '#gen/bank/transaction/v1/review_pb.ts';
import { TransactionState } from '#gen/bank/transaction/v1/transaction_pb.ts';
import { randomFreePort } from '../../tools/platform/ports.ts';
import { type Bank, startBank } from '../_testbed/bank.ts';
import { openAccount, registerPerson } from '../_testbed/opening.ts';
import { aHold, aRequestId, as, aTransfer, czk, deposit, minorOf, of, there, transfer } from './testing.ts';
import { lifeOf, SUSPICIOUS, useSuspects } from './testing-reviews.ts';

const { UNDER_REVIEW, POSTED } = TransactionState;

describe('An order that looks like fraud', () => {
  const { bank, payer, payee, officer, mine, his, held } = useSuspects();

  it('is held, by id or by number, and answered so for ever; the payee hears nothing of it', async () => {
    const before = await minorOf(bank(), mine());
    const byId = aTransfer(mine(), his(), SUSPICIOUS);
    const byNumber = {
      ...byId,
      requestId: aRequestId(),
      creditor: { case: 'creditorIban' as const, value: his().iban },
    };
    for (const order of [byId, byNumber]) {
      const answers = await Promise.all(Array.from({ length: 10 }, () => payer().transferFunds(order)));
      const transaction = there(answers[0]?.transaction);
      for (const answer of answers) expect(answer.transaction).to.deep.equal(transaction);
      expect(transaction).to.include({ state: UNDER_REVIEW, bookingDate: '' });
      expect(lifeOf(transaction)[1]).to.match(/^UNDER_REVIEW NEW_PAYEE,UNUSUAL_AMOUNT/);
      const { transactionId } = transaction;
      expect((await payer().getTransaction({ transactionId })).transaction).to.deep.equal(transaction);
      await refused(payee().getTransaction({ transactionId }), 'TRANSACTION_NOT_FOUND');
      const filter = { accountId: mine().accountId, states: [UNDER_REVIEW] };
      expect((await payer().listTransactions(filter)).transactions[0]).to.deep.equal(transaction);
    }
    expect(await minorOf(bank(), mine())).to.equal(before);
    expect((await officer().listReviews({ state: ReviewState.OPEN })).reviews.length).to.equal(2);
  });

  it('is not held for compliance when the ledger would not book it', async () => {
    const { transactions: before } = await payer().listTransactions({ accountId: mine().accountId });
    const poor = await openAccount(bank(), { owners: [await registerPerson(bank())] });
    await refused(payer().transferFunds(aTransfer(poor, his(), SUSPICIOUS)), 'ACCOUNT_NOT_FOUND');
    await transfer(bank(), mine(), his(), '950000');
    await transfer(bank(), mine(), his(), '950000');
    await refused(payer().transferFunds(aTransfer(mine(), his(), SUSPICIOUS)), 'INSUFFICIENT_FUNDS');
    const { transactions } = await payer().listTransactions({ accountId: mine().accountId, states: [UNDER_REVIEW] });
    expect([before.length, transactions.length]).to.deep.equal([1, 0]);
  });

  it('is only tried with validate_only', async () => {
    const asked = { ...aTransfer(mine(), his(), SUSPICIOUS), validateOnly: true };
    expect((await payer().transferFunds(asked)).transaction?.state).to.equal(UNDER_REVIEW);
    const { transactions } = await payer().listTransactions({ accountId: mine().accountId, states: [UNDER_REVIEW] });
    expect(transactions).to.deep.equal([]);
  });

  it('is booked when staff order it, who have the customer before them', async () => {
    expect((await transfer(bank(), mine(), his(), SUSPICIOUS)).state).to.equal(POSTED);
  });

  it('is refused as a hold, which cannot wait', async () => {
    const refusal = await refused(payer().placeHold(aHold(mine(), his(), SUSPICIOUS)), 'FRAUD_SUSPECTED');
    expect(refusal.metadata['reasons']).to.match(/^NEW_PAYEE,UNUSUAL_AMOUNT/);
    await payer().placeHold(aHold(mine(), his(), '100'));
  });

  it('is refused for ever with its reasons, and no score, when the policy says so', async () => {
    const security = bank().asPrincipal(SecurityService, staff('COMPLIANCE'));
    const { policy, version } = await security.getScoringPolicy({});
    const strict = { ...there(policy), stepUpScore: 20, reviewScore: 20, refuseScore: 20 };
    await security.setScoringPolicy({ requestId: aRequestId(), baseVersion: version, policy: strict });
    const order = aTransfer(mine(), his(), '1');
    const refusal = await refused(payer().transferFunds(order), 'FRAUD_SUSPECTED');
    expect(refusal.code).to.equal(Code.FAILED_PRECONDITION);
    expect(Object.keys(refusal.metadata)).to.deep.equal(['reasons']);
    expect(refusal.metadata['reasons']).to.match(/^NEW_PAYEE/);
    await security.setScoringPolicy({ requestId: aRequestId(), baseVersion: version + 1, policy: there(policy) });
    await refused(payer().transferFunds(order), 'FRAUD_SUSPECTED');
    await payer().transferFunds({ ...order, requestId: aRequestId() });
    await held();
  });

  it('tells a stranger nothing: an account of others is not found, whatever the order looks like', async () => {
    await refused(payee().transferFunds(aTransfer(mine(), his(), SUSPICIOUS)), 'ACCOUNT_NOT_FOUND');
  });
});

/** A server that takes every connection and never says anything. */
async function startSilence(): Promise<{ address: string; close(): void }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => sockets.add(socket.on('error', () => undefined))).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  };
  return { address: `127.0.0.1:${(server.address() as AddressInfo).port}`, close };
}

for (const [when, lay] of [
  ['nobody answers', startSilence],
  ['nobody is there', async () => ({ address: `127.0.0.1:${await randomFreePort()}`, close: () => undefined })],
] as const) {
  describe(`An order that could not be scored, as ${when}`, () => {
    let bank: Bank;
    let line: { address: string; close(): void };
    before(async () => {
      line = await lay();
      const environment = { SECURITY_ADDRESS: line.address, SCORING_TIMEOUT_MS: '200' };
      const services = ['ledger', 'customer', 'account', 'transaction'] as const;
      bank = await startBank({ edge: false, services, environment });
    });
    after(async () => {
      await bank.stop();
      line.close();
    });

    it('passes and is noted, is held, or is refused for now, by its amount', async () => {
      const [jana, petr] = [await registerPerson(bank), await registerPerson(bank)];
      const [mine, his] = [await openAccount(bank, { owners: [jana] }), await openAccount(bank, { owners: [petr] })];
      await deposit(bank, mine, '100000');
      const pay = (amount: string) => of(bank, jana).transferFunds(aTransfer(mine, his, amount));
      const [small, middle] = [await pay('5000'), await pay('5000.01')].map(({ transaction }) => there(transaction));
      expect([small?.state, middle?.state]).to.deep.equal([POSTED, UNDER_REVIEW]);
      const refusal = await refused(pay('50000.01'), 'SCORING_UNAVAILABLE');
      expect(refusal.code).to.equal(Code.UNAVAILABLE);
      await refused(of(bank, jana).placeHold(aHold(mine, his, '1')), 'SCORING_UNAVAILABLE');
      const { reviews } = await as(bank, 'COMPLIANCE').listReviews({});
      expect(reviews.map(({ state, reasons }) => [state, ...reasons])).to.deep.equal([
        [ReviewState.UNSCORED, 'SCORING_UNAVAILABLE'],
        [ReviewState.OPEN, 'SCORING_UNAVAILABLE'],
      ]);
      expect(reviews[0]?.transaction).to.deep.equal(small);
      expect((await transfer(bank, mine, his, '50000.01')).amount).to.deep.include(czk('50000.01'));
    });
  });
}

describe('What a customer usually does', () => {
  let bus: TestBus;
  let bank: Bank;
  before(async function startsThem() {
    // The launcher of the tests found no server, and said so.
    if (!process.env['NATS_URL']) this.skip();
    bus = await startTestBus();
    bank = await startBank({ edge: false, environment: { NATS_URL: bus.url } });
  });
  after(async () => {
    await bank?.stop();
    await bus?.stop();
  });

  it('is learned from what was booked: a payee who was paid before may be paid much', async () => {
    const [jana, petr] = [await registerPerson(bank), await registerPerson(bank)];
    const [mine, his] = [await openAccount(bank, { owners: [jana] }), await openAccount(bank, { owners: [petr] })];
    await deposit(bank, mine, '1000000');
    const pay = async (amount: string) =>
      there((await of(bank, jana).transferFunds(aTransfer(mine, his, amount))).transaction).state;
    expect(await pay(SUSPICIOUS)).to.equal(UNDER_REVIEW);
    expect(await pay('100')).to.equal(POSTED);
    const known = () => bank.database('security').query(`select from payee where payer_id = '${jana}'`);
    for (let tries = 0; tries < 200 && (await known()).length === 0; tries += 1) await sleep(50);
    expect(await pay(SUSPICIOUS)).to.equal(POSTED);
  });
});
