// The service killed at the worst of times: after its own commit, before or after the ledger's.
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import type { Client } from '#chassis/call.ts';
import { deriveId } from '#chassis/id.ts';
import { asPrincipal, customer } from '#chassis/testing/clients.ts';
import { cloneDatabase, type TestDatabase } from '#chassis/testing/database.ts';
import { refused, staff } from '#chassis/testing/service.ts';
import type { Account } from '#gen/bank/account/v1/account_pb.ts';
import { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { ReviewState } from '#gen/bank/transaction/v1/review_pb.ts';
import { Direction, MigrationCounterpart, TransactionState } from '#gen/bank/transaction/v1/transaction_pb.ts';
import { TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import { randomFreePort } from '../../tools/platform/ports.ts';
import { useBank } from '../_testbed/bank.ts';
import { checkLaws } from '../_testbed/laws.ts';
import { layLine, type OneWayLine } from '../_testbed/one-way-line.ts';
import { openAccount, payIn, registerPerson } from '../_testbed/opening.ts';
import { type ServiceProcess, startServiceProcess } from '../_testbed/service-process.ts';
import { transaction } from './service.ts';
import { aHold, aRequestId, aTransfer, czk, minorOf, there } from './testing.ts';
import { aDecision, lifeOf } from './testing-reviews.ts';

describe('A transaction service that is killed', function faults() {
  this.timeout(60_000);
  const bank = useBank({ edge: false, services: ['ledger', 'customer', 'account'] });
  let database: TestDatabase;
  let line: OneWayLine;
  let process: ServiceProcess | undefined;
  let client: Client<typeof TransactionService>;
  let approved: Client<typeof TransactionService>;
  let payer: Client<typeof TransactionService>;
  let jana = '';
  let mine: Account;
  let his: Account;

  before(async () => {
    database = await cloneDatabase(transaction);
    line = await layLine(bank().address('ledger'));
    jana = await registerPerson(bank());
    mine = await openAccount(bank(), { owners: [jana] });
    his = await openAccount(bank(), { owners: [jana] });
    await payIn(bank(), mine, '1000');
    await start();
  });
  after(async () => {
    await process?.kill();
    client.close();
    approved.close();
    payer.close();
    line.close();
    await database.drop();
  });

  async function start(): Promise<void> {
    line.cut(undefined);
    const port = await randomFreePort();
    const environment = {
      ...bank().environment,
      TRANSACTION_PORT: String(port),
      TRANSACTION_DATABASE_URL: database.runtimeUrl,
      LEDGER_ADDRESS: line.address,
      // There is no security service here: what a customer orders is held from the smallest amount on.
      UNSCORED_AMOUNTS: 'CZK:0.00:50000',
    };
    process = await startServiceProcess('transaction', environment);
    const { issuer, identity } = bank();
    const at = {
      service: TransactionService,
      audience: 'transaction' as const,
      address: `127.0.0.1:${port}`,
      issuer,
      identity,
    };
    const teller = staff('TELLER', 'BACK_OFFICE', 'COMPLIANCE');
    client = asPrincipal(at, teller, { deadlineMs: 20_000 });
    approved = asPrincipal(
      at,
      { ...teller, approverId: 'stf_checker' },
      { deadlineMs: 20_000, workload: 'security-executor' },
    );
    payer = asPrincipal(at, customer(jana), { deadlineMs: 20_000 });
  }

  /** Makes a first transfer, so that the service has its line to the ledger: one that was never open cannot be cut. */
  async function warmed(): Promise<bigint> {
    await client.transferFunds(aTransfer(mine, his, '1'));
    await settled();
    return await minorOf(bank(), mine);
  }

  /** Waits until the service's own commit is there: the plan of an order. */
  async function planned(count: number): Promise<void> {
    for (;;) {
      const rows = await database.query(`select from command where state = 'planned'`);
      if (rows.length >= count) return;
      await sleep(10);
    }
  }

  /** Waits until nothing is left to settle. */
  async function settled(): Promise<void> {
    for (;;) {
      const rows = await database.query(`select from command where state = 'planned'`);
      if (rows.length === 0) return;
      await sleep(50);
    }
  }

  /** Kills the process while a command waits for the ledger, over a line that is cut, and starts it again. */
  async function killedWhile(direction: 'requests' | 'answers', ask: () => Promise<unknown>): Promise<void> {
    line.cut(direction);
    const lost = ask().catch(String);
    await planned(1);
    await sleep(200);
    await process?.kill('SIGKILL');
    await lost;
    await start();
  }

  for (const direction of ['requests', 'answers'] as const) {
    const when = direction === 'requests' ? 'before the ledger has booked' : 'after the ledger has booked';

    it(`${when}: the order ends right without being asked again, and once`, async () => {
      const before = await warmed();
      line.cut(direction);
      const requests = Array.from({ length: 5 }, () => aTransfer(mine, his, '10'));
      const lost = requests.map((request) => client.transferFunds(request).catch(String));
      await planned(requests.length);
      if (direction === 'answers') while ((await minorOf(bank(), mine)) !== before - 5000n) await sleep(10);
      await process?.kill('SIGKILL');
      await Promise.all(lost);
      expect(await minorOf(bank(), mine)).to.equal(direction === 'answers' ? before - 5000n : before);
      await start();
      await settled();
      expect(await minorOf(bank(), mine)).to.equal(before - 5000n);
      for (const request of requests) {
        const answer = there((await client.transferFunds(request)).transaction);
        expect(answer.state).to.equal(TransactionState.POSTED);
        const { transactionId } = answer;
        expect((await client.getTransaction({ transactionId })).transaction).to.deep.equal(answer);
      }
      expect(await minorOf(bank(), mine)).to.equal(before - 5000n);
    });

    it(`${when}: a caller who asks again gets the one answer`, async () => {
      const before = await warmed();
      line.cut(direction);
      const request = aTransfer(mine, his, '10');
      const lost = client.transferFunds(request).catch(String);
      await planned(1);
      await process?.kill('SIGKILL');
      await lost;
      await start();
      const answers = await Promise.all(Array.from({ length: 10 }, () => client.transferFunds(request)));
      for (const answer of answers) expect(answer).to.deep.equal(answers[0]);
      await settled();
      expect(await client.transferFunds(request)).to.deep.equal(answers[0]);
      expect(await minorOf(bank(), mine)).to.equal(before - 1000n);
    });

    it(`${when}: a reversal is done once, and the original shows it`, async () => {
      const done = there((await client.transferFunds(aTransfer(mine, his, '10'))).transaction);
      const before = await minorOf(bank(), mine);
      await settled();
      const { transactionId } = done;
      const request = { requestId: aRequestId(), transactionId, amount: czk('4') };
      await killedWhile(direction, () => approved.reverseTransaction(request));
      expect((await approved.reverseTransaction(request)).transaction?.state).to.equal(TransactionState.POSTED);
      const { transaction: original } = await client.getTransaction({ transactionId });
      expect(original?.reversedAmount?.amount).to.equal('4.00');
      expect(await minorOf(bank(), mine)).to.equal(before + 400n);
    });

    it(`${when}: a hold is placed once, and captured once`, async () => {
      await warmed();
      const before = await minorOf(bank(), his);
      const placing = aHold(mine, his, '10');
      await killedWhile(direction, () => client.placeHold(placing));
      const placed = there((await client.placeHold(placing)).hold);
      const { hold } = await client.getHold({ holdId: placed.holdId });
      expect(hold).to.deep.equal(placed);
      const capturing = { requestId: aRequestId(), holdId: placed.holdId, amount: czk('4') };
      await killedWhile(direction, () => client.captureHold(capturing));
      const captured = there((await client.captureHold(capturing)).transaction);
      expect(captured.state).to.equal(TransactionState.POSTED);
      expect(await minorOf(bank(), his)).to.equal(before + 400n);
      const { hold: left } = await client.getHold({ holdId: placed.holdId });
      expect(left?.held?.amount).to.equal('6.00');
      await settled();
      expect((await client.captureHold(capturing)).transaction).to.deep.equal(captured);
    });
  }

  for (const direction of ['requests', 'answers'] as const) {
    const when = direction === 'requests' ? 'before the ledger has booked' : 'after the ledger has booked';

    it(`${when}: an order that was released is booked once, whoever decides again`, async () => {
      await warmed();
      const order = aTransfer(mine, his, '10');
      const held = there((await payer.transferFunds(order)).transaction);
      expect(held.state).to.equal(TransactionState.UNDER_REVIEW);
      await settled();
      const before = await minorOf(bank(), mine);
      const decision = aDecision(held, 'RELEASE');
      await killedWhile(direction, () => client.decideReview(decision));
      await refused(client.decideReview(aDecision(held, 'REFUSE')), 'REVIEW_NOT_OPEN');
      await settled();
      const { transaction: booked } = await client.decideReview(decision);
      expect(lifeOf(there(booked))).to.deep.equal(['PENDING', 'UNDER_REVIEW SCORING_UNAVAILABLE', 'PENDING', 'POSTED']);
      const { transactionId } = held;
      expect((await client.getTransaction({ transactionId })).transaction).to.deep.equal(booked);
      expect((await payer.transferFunds(order)).transaction).to.deep.equal(held);
      expect(await minorOf(bank(), mine)).to.equal(before - 1000n);
    });
  }

  it('after it has held an order, before it has answered: the order is held once', async () => {
    const before = await minorOf(bank(), mine);
    const orders = Array.from({ length: 30 }, () => aTransfer(mine, his, '1'));
    const lost = orders.map((order) => payer.transferFunds(order).catch(String));
    while ((await database.query(`select from review where state = 'open'`)).length < 10) await sleep(1);
    await process?.kill('SIGKILL');
    await Promise.all(lost);
    await start();
    const answers = await Promise.all(orders.map((order) => payer.transferFunds(order)));
    await settled();
    const ids = answers.map(({ transaction }) => there(transaction).transactionId);
    for (const { transaction } of answers) expect(transaction?.state).to.equal(TransactionState.UNDER_REVIEW);
    const { reviews } = await client.listReviews({ state: ReviewState.OPEN, pageSize: 1_000 });
    expect(reviews.map(({ transaction }) => transaction?.transactionId)).to.have.members(ids);
    expect(await minorOf(bank(), mine)).to.equal(before);
  });

  it('in the middle of an import: brought again, every item is booked once and in its order', async () => {
    const account = await openAccount(bank(), { migrating: true });
    const transactions = Array.from({ length: 100 }, (_, n) => ({
      externalReference: aRequestId(),
      accountId: account.accountId,
      direction: Direction.CREDIT,
      counterpart: MigrationCounterpart.CASH,
      amount: czk(`${n + 1}`),
      bookingDate: '1996-02-29',
    }));
    const lost = client.batchImportTransactions({ transactions }).catch(String);
    while ((await minorOf(bank(), account)) < 5000n) await sleep(2);
    await process?.kill('SIGKILL');
    await lost;
    await start();
    const { outcomes } = await client.batchImportTransactions({ transactions });
    expect(outcomes.filter(({ refusal }) => refusal)).to.deep.equal([]);
    expect(outcomes.some(({ repeated }) => repeated)).to.equal(true);
    const ledgerAccountId = deriveId('lac', account.accountId);
    const { entries } = await bank().as(LedgerService, 'account').listEntries({ ledgerAccountId, pageSize: 1000 });
    expect(entries.map(({ amount }) => amount?.amount)).to.deep.equal(transactions.map((_, n) => `${n + 1}.00`));
  });

  it('has left every law of the ledger as it is', () => checkLaws(bank().database('ledger').superuserUrl));
});
