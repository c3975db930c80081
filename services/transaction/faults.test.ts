// The service killed at the worst of times: after its own commit, before or after the ledger's.
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import type { Client } from '#chassis/call.ts';
import { deriveId } from '#chassis/id.ts';
import { asPrincipal } from '#chassis/testing/clients.ts';
import { cloneDatabase, type TestDatabase } from '#chassis/testing/database.ts';
import { staff } from '#chassis/testing/service.ts';
import type { Account } from '#gen/bank/account/v1/account_pb.ts';
import { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { Direction, MigrationCounterpart, TransactionState } from '#gen/bank/transaction/v1/transaction_pb.ts';
import { TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import { randomFreePort } from '../../tools/platform/ports.ts';
import { useBank } from '../_testbed/bank.ts';
import { checkLaws } from '../_testbed/laws.ts';
import { openAccount, payIn, registerPerson } from '../_testbed/opening.ts';
import { type ServiceProcess, startServiceProcess } from '../_testbed/service-process.ts';
import { transaction } from './service.ts';
import { aHold, aRequestId, aTransfer, czk, minorOf, there } from './testing.ts';

/** A line to the ledger that can be cut in one direction: what is sent from then on waits for ever. */
interface Line {
  readonly address: string;
  cut(direction: 'requests' | 'answers' | undefined): void;
  close(): void;
}

async function layLine(to: string): Promise<Line> {
  const [host = '', port = ''] = to.split(':');
  const sockets = new Set<Socket>();
  let dropped: 'requests' | 'answers' | undefined;
  const server = createServer((near) => {
    const far = connect(Number(port), host);
    near.on('data', (bytes) => dropped !== 'requests' && far.write(bytes));
    far.on('data', (bytes) => dropped !== 'answers' && near.write(bytes));
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one);
      one.on('close', () => other.destroy()).on('error', () => other.destroy());
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut: (direction) => {
      dropped = direction;
    },
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

describe('A transaction service that is killed', function faults() {
  this.timeout(60_000);
  const bank = useBank({ edge: false, services: ['ledger', 'customer', 'account'] });
  let database: TestDatabase;
  let line: Line;
  let process: ServiceProcess | undefined;
  let client: Client<typeof TransactionService>;
  let mine: Account;
  let his: Account;

  before(async () => {
    database = await cloneDatabase(transaction);
    line = await layLine(bank().address('ledger'));
    const owner = await registerPerson(bank());
    mine = await openAccount(bank(), { owners: [owner] });
    his = await openAccount(bank(), { owners: [owner] });
    await payIn(bank(), mine, '1000');
  });
  beforeEach('starts the service as a process', start);
  afterEach(() => process?.kill());
  after(async () => {
    client.close();
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
    client = asPrincipal(at, staff('TELLER', 'BACK_OFFICE'), { deadlineMs: 20_000 });
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
      await killedWhile(direction, () => client.reverseTransaction(request));
      expect((await client.reverseTransaction(request)).transaction?.state).to.equal(TransactionState.POSTED);
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
