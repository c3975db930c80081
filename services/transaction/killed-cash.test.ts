// The service killed while a teller pays in and out, moves cash to and from the vault, and pays cheques: what was acknowledged is in the till,
// once, and each cheque is paid once, whoever presents it.
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import type { Client } from '#chassis/call.ts';
import { Code, isDecision, Refusal } from '#chassis/errors.ts';
import { asPrincipal, staff } from '#chassis/testing/clients.ts';
import { cloneDatabase, type TestDatabase } from '#chassis/testing/database.ts';
import { PROOF } from '#chassis/testing/property.ts';
import type { Account } from '#gen/bank/account/v1/account_pb.ts';
import { ChequeDepositState } from '#gen/bank/transaction/v1/cheque_pb.ts';
import { VaultDirection } from '#gen/bank/transaction/v1/till_pb.ts';
import { TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import { randomFreePort } from '../../tools/platform/ports.ts';
import { useBank } from '../_testbed/bank.ts';
import { checkLaws } from '../_testbed/laws.ts';
import { openAccount, payIn } from '../_testbed/opening.ts';
import { type ServiceProcess, startServiceProcess } from '../_testbed/service-process.ts';
import { transaction } from './service.ts';
import { aRequestId, czk, minorOf, there } from './testing.ts';
import { aCheque, accountsAs, issueCheques } from './testing-cheques.ts';
import { BRANCH, crowns, tellerCalled } from './testing-tills.ts';

const KILLS = PROOF ? 15 : 2;
const ROUNDS = 6 * KILLS;
const CALLERS = 4;
const PATIENCE_MS = 120_000;
const ELSEWHERE = 'DE89370400440532013000';

/** What a teller does, and how many crowns come into the till by it. */
interface Deed {
  readonly into: number;
  /** The cheque of this bank that it pays. */
  readonly cheque?: number;
  readonly run: () => Promise<unknown>;
}

describe('Cash and cheques whose service is killed', function killedCash() {
  this.timeout(300_000);
  const bank = useBank({ edge: false, services: ['ledger', 'customer', 'account'] });
  let database: TestDatabase;
  let running: ServiceProcess;
  let environment: NodeJS.ProcessEnv;
  let teller: Client<typeof TransactionService>;
  /** What back office orders, alone and with somebody else's approval. */
  let office: Client<typeof TransactionService>;
  let approved: Client<typeof TransactionService>;
  let [mine, his] = [{} as Account, {} as Account];

  before(async () => {
    database = await cloneDatabase(transaction);
    const port = await randomFreePort();
    const own = { TRANSACTION_PORT: String(port), TRANSACTION_DATABASE_URL: database.runtimeUrl };
    environment = { ...bank().environment, ...own };
    running = await startServiceProcess('transaction', environment);
    const at = { service: TransactionService, audience: 'transaction' as const, address: `127.0.0.1:${port}` };
    const { issuer, identity } = bank();
    const callable = { ...at, issuer, identity };
    teller = asPrincipal(callable, tellerCalled('anna'), { deadlineMs: 10_000 });
    office = asPrincipal(callable, staff('BACK_OFFICE'), { deadlineMs: 10_000 });
    const maker = { ...staff('BACK_OFFICE'), approverId: 'stf_checker' };
    approved = asPrincipal(callable, maker, { deadlineMs: 10_000, workload: 'security-executor' });
    mine = await openAccount(bank(), { branchId: BRANCH });
    his = await openAccount(bank(), { branchId: BRANCH });
    await payIn(bank(), mine, '10000.00');
    await issueCheques(bank(), mine, 2 * ROUNDS);
  });
  after(async () => {
    teller.close();
    office.close();
    approved.close();
    await running?.kill('SIGTERM');
    await database?.drop();
  });

  /** What a teller does in a round: two of them with the same cheque. */
  async function roundOf(round: number): Promise<Deed[]> {
    const { accountId } = mine;
    const head = (amount: number) => ({ requestId: aRequestId(), amount: czk(`${amount}.00`) });
    const [first, second, foreign] = await Promise.all([
      aCheque(bank(), mine.iban, 2 * round + 1, '5.00'),
      aCheque(bank(), mine.iban, 2 * round + 2, '4.00'),
      aCheque(bank(), ELSEWHERE, round + 1, '7.00'),
    ]);
    const [deposit, withdrawal, out, back] = [head(20 + round), head(3), head(9), head(2)];
    const again = { ...first, requestId: aRequestId() };
    const { CLEARED } = ChequeDepositState;
    const report = { requestId: aRequestId(), state: CLEARED };
    return [
      { into: 20 + round, run: () => teller.depositCash({ ...deposit, creditorAccountId: accountId }) },
      { into: -3, run: () => teller.withdrawCash({ ...withdrawal, debtorAccountId: accountId }) },
      { into: -5, cheque: first.number, run: () => teller.payCheque(first) },
      { into: -5, cheque: first.number, run: () => teller.payCheque(again) },
      {
        into: 0,
        cheque: second.number,
        run: () => teller.depositCheque({ ...second, creditorAccountId: his.accountId }),
      },
      { into: 9, run: () => teller.moveTillCash({ ...out, tillId, direction: VaultDirection.OUT }) },
      { into: -2, run: () => teller.moveTillCash({ ...back, tillId, direction: VaultDirection.IN }) },
      {
        into: 0,
        async run() {
          const { result } = await teller.depositCheque({ ...foreign, creditorAccountId: his.accountId });
          if (result.case !== 'chequeDeposit') throw new Error('the cheque is not of another bank');
          const { chequeDepositId } = result.value;
          await office.reportChequeDeposit({ ...report, chequeDepositId });
        },
      },
    ];
  }
  let tillId = '';

  it(`keep every crown in its place, and pay each cheque once (${KILLS} deaths)`, async () => {
    const branchId = BRANCH;
    const filling = { requestId: aRequestId(), branchId, direction: VaultDirection.IN, amount: czk('5000.00') };
    await approved.moveVaultCash(filling);
    const float = { requestId: aRequestId(), branchId, drawerNumber: 1, float: czk('1000.00') };
    tillId = there((await teller.openTill(float)).till).tillId;
    const deeds = (await Promise.all(Array.from({ length: ROUNDS }, (_, round) => roundOf(round)))).flat();
    const outcomes = new Map<Deed, unknown>();
    const queue = deeds.values();
    const work = Array.from({ length: CALLERS }, async () => {
      for (const deed of queue) outcomes.set(deed, await answered(deed.run));
    });
    const worked = Promise.all(work);
    for (let kill = 1; kill <= KILLS; kill += 1) {
      const goal = (kill * deeds.length) / (KILLS + 1);
      while (outcomes.size < goal) await Promise.race([sleep(5), worked]);
      await running.kill('SIGKILL');
      running = await startServiceProcess('transaction', environment);
    }
    await worked;

    const done = deeds.filter((deed) => !(outcomes.get(deed) instanceof Refusal));
    const refusedFor = deeds.map((deed) => outcomes.get(deed)).filter((outcome) => outcome instanceof Refusal);
    expect(refusedFor.map(({ reason }) => reason)).to.deep.equal(Array.from({ length: ROUNDS }, () => 'CHEQUE_PAID'));
    const cheques = done.flatMap(({ cheque }) => cheque ?? []);
    expect(cheques.toSorted((one, other) => one - other)).to.deep.equal(
      Array.from({ length: 2 * ROUNDS }, (_, index) => index + 1),
    );
    const listed = await accountsAs(bank()).listCheques({ accountId: mine.accountId, pageSize: 1_000 });
    expect(listed.cheques.every(({ transactionId }) => transactionId !== '')).to.equal(true);

    // What is counted is what was acknowledged: not a crown more or less.
    const inTill = done.reduce((sum, { into }) => sum + into, 1_000);
    const closing = { requestId: aRequestId(), tillId, counts: crowns(inTill) };
    const closed = await answered(() => teller.closeTill(closing));
    if (closed instanceof Refusal) throw closed;
    expect(there(closed.till)).to.deep.include({ tillId });
    expect(closed.till?.difference?.amount).to.equal('0.00');
    const vault = `select id, balance::int as balance from ledger_account
      where id in ('lac_vault_here_czk', 'lac_till_here_1_czk') order by id`;
    expect(await bank().database('ledger').query(vault)).to.deep.equal([
      { id: 'lac_till_here_1_czk', balance: 0 },
      { id: 'lac_vault_here_czk', balance: 100 * (4_000 + inTill - 7 * ROUNDS) },
    ]);
    while ((await database.query("select from command where state = 'planned'")).length > 0) await sleep(50);
    expect(await minorOf(bank(), his)).to.equal(BigInt(100 * 11 * ROUNDS));
    const late =
      "select from till_entry where state = 'pending' union all select from cheque_deposit where state <> 'cleared'";
    expect(await database.query(late)).to.deep.equal([]);
    await checkLaws(bank().database('ledger').superuserUrl);
  });
});

/** Asks until it is answered, or refused for good: which is then the answer. */
async function answered<T>(work: () => Promise<T>): Promise<T | Refusal> {
  for (const end = Date.now() + PATIENCE_MS; ; await sleep(20)) {
    try {
      return await work();
    } catch (error) {
      if (error instanceof Refusal && isDecision(error)) return error;
      const { code } = error as { code?: number };
      const passes = [Code.UNAVAILABLE, Code.DEADLINE_EXCEEDED, Code.ABORTED, Code.CANCELLED].some(
        (one) => one === code,
      );
      if (!passes || Date.now() > end) throw error;
    }
  }
}
