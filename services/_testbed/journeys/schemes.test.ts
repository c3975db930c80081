// Payments to and from other banks, with a scheme that misbehaves in every way it can and services that die in between: every payment
// ends right and once, and both sides have the same books.
import { expect } from 'chai';
import { staff } from '#chassis/testing/clients.ts';
import type { Account } from '#gen/bank/account/v1/account_pb.ts';
import { FreezeReason } from '#gen/bank/account/v1/account_pb.ts';
import { IntegrationService } from '#gen/bank/integration/v1/integration_service_pb.ts';
import { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import {
  PaymentOrderState,
  RecallState,
  ReceivedRecallState,
  SuspenseItemState,
} from '#gen/bank/transaction/v1/payment_order_pb.ts';
import { TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import { randomFreePort } from '../../../tools/platform/ports.ts';
import { integration } from '../../integration/service.ts';
import { transaction } from '../../transaction/service.ts';
import { useBank } from '../bank.ts';
import { type Beside, startBeside } from '../beside.ts';
import { checkLaws } from '../laws.ts';
import { accountsAs, aRequestId, openAccount, payIn, registerPerson } from '../opening.ts';
import { until } from '../patience.ts';
import { type ServiceProcess, startServiceProcess } from '../service-process.ts';

const ELSEWHERE = 'DE89370400440532013000';
const { SETTLED, RETURNED, FAILED } = PaymentOrderState;

/** Whom is paid, by which the scheme knows how to behave, and how that has to end. */
const PAYMENTS = [
  ['Petr Svoboda', SETTLED, ''],
  ['REJECT AC04', FAILED, 'AC04'],
  ['RETURN MD07', RETURNED, 'MD07'],
  ['SILENT 2', SETTLED, ''],
  ['DEAF 1', SETTLED, ''],
  ['BUSY 1', SETTLED, ''],
  ['TWICE', SETTLED, ''],
  ['SLOW', SETTLED, ''],
] as const;

interface Totals {
  readonly positions: Readonly<Record<string, string>>;
  readonly incoming: Readonly<
    Record<string, { readonly outcome: string; readonly reason: string; readonly recall?: string }>
  >;
}

describe('Payments to and from other banks', function schemes() {
  this.timeout(300_000);
  const bank = useBank({ edge: false, services: ['security', 'ledger', 'customer', 'account'] });
  let beside: Beside;
  let scheme: ServiceProcess;
  let simulator = '';
  let mine: Account;
  let frozen: Account;

  before('starts the scheme, and the services that are to die, as processes', async () => {
    const port = await randomFreePort();
    simulator = `http://127.0.0.1:${port}`;
    const own = { SCHEME_SIMULATOR_PORT: String(port), SIMULATOR_PORT: String(port) };
    scheme = await startServiceProcess('scheme_simulator', own, 'tools/scheme-simulator/main.ts');
    beside = await startBeside(bank(), [integration, transaction], {
      PAYMENT_SCHEMES: 'CZK:INSTANT',
      SCHEME_URL: simulator,
      SCHEME_ASK_SECONDS: '1',
    });
    const jana = await registerPerson(bank());
    [mine, frozen] = await Promise.all([
      openAccount(bank(), { owners: [jana] }),
      openAccount(bank(), { owners: [jana] }),
    ]);
    await payIn(bank(), mine, '10000.00');
    const freeze = { requestId: aRequestId(), debits: true, credits: true, reason: FreezeReason.COURT_ORDER };
    await accountsAs(bank(), 'COMPLIANCE').freezeAccount({ ...freeze, accountId: frozen.accountId });
  });
  after(async () => {
    await beside.stop();
    await scheme.kill();
  });

  const desk = () => beside.asPrincipal(TransactionService, staff('BACK_OFFICE'));
  const line = () => beside.asPrincipal(IntegrationService, staff('BACK_OFFICE'));
  const executor = () => {
    const actor = { ...staff('BACK_OFFICE'), approverId: 'stf_checker' };
    return beside.asPrincipal(TransactionService, actor, { workload: 'security-executor' });
  };
  const totals = async () => (await (await fetch(`${simulator}/control/totals`)).json()) as Totals;
  const payUs = (payment: object) =>
    fetch(`${simulator}/control/pay`, { method: 'POST', body: JSON.stringify({ currency: 'CZK', ...payment }) });
  const balance = async ({ accountId }: Account) =>
    (await accountsAs(bank(), 'TELLER').getAccountBalance({ accountId })).booked?.amount;
  const minor = async (account: Account) => BigInt((await balance(account))?.replace('.', '') ?? '0');
  /** What the bank's own books say that it has with the scheme. */
  async function clearing(): Promise<string> {
    const { balances } = await bank()
      .as(LedgerService, 'transaction')
      .getBalances({ ledgerAccountIds: ['lac_clearing_czk'] });
    return balances[0]?.booked?.amount ?? '';
  }

  it('ends every payment right and once, whoever dies, and as the scheme has it', async () => {
    const orders = new Map<string, string>();
    for (const [creditorName] of PAYMENTS) {
      const amount = { currencyCode: 'CZK', amount: '100.00' };
      const who = { debtorAccountId: mine.accountId, creditorIban: ELSEWHERE, creditorName };
      const { paymentOrder } = await desk().orderPayment({ requestId: aRequestId(), ...who, amount });
      orders.set(creditorName, paymentOrder?.paymentOrderId ?? '');
    }
    await beside.killed('transaction');
    await beside.killed('integration');
    for (const [name, state, isoReason] of PAYMENTS) {
      const paymentOrderId = orders.get(name) ?? '';
      const ended = await until(`the end of the payment to ${name}`, async () => {
        const { paymentOrder } = await desk().getPaymentOrder({ paymentOrderId });
        return paymentOrder?.state === state && paymentOrder;
      });
      expect(ended.changes.at(-1)?.isoReason, name).to.equal(isoReason);
      expect(ended.changes.filter((change) => change.state === state)).to.have.length(1);
    }
    // What was rejected and what was returned is there again.
    expect(await balance(mine)).to.equal('9400.00');
    expect((await totals()).positions).to.deep.equal({ CZK: '-600.00' });
    expect(await clearing()).to.equal('-600.00');
  });

  it('takes what comes in once: on its account, into suspense, or not at all', async () => {
    await payUs({ id: 'in-1', creditorIban: mine.iban, amount: '50.00', text: 'invoice 7', times: 3 });
    await payUs({ id: 'in-2', creditorIban: frozen.iban, amount: '60.00' });
    await payUs({ id: 'in-3', creditorIban: 'CZ6508000000192000145399', amount: '70.00' });
    await payUs({ id: 'in-4', creditorIban: 'CZ6508000000192000145399', amount: '80.00' });
    await beside.killed('integration');
    await until('the answers', async () => {
      const { incoming } = await totals();
      return Object.values(incoming).every(({ outcome }) => outcome !== '');
    });
    const { incoming } = await totals();
    const said = Object.values(incoming).map(({ outcome, reason }) => [outcome, reason].filter(Boolean).join(' '));
    expect(said).to.deep.equal(['accepted', 'rejected AC06', 'accepted', 'accepted']);
    expect([await balance(mine), await balance(frozen)]).to.deep.equal(['9450.00', '0.00']);

    const { suspenseItems } = await desk().listSuspenseItems({ state: SuspenseItemState.OPEN });
    expect(suspenseItems.map(({ amount }) => amount?.amount)).to.have.members(['70.00', '80.00']);
    const item = (amount: string) => suspenseItems.find((one) => one.amount?.amount === amount)?.suspenseItemId ?? '';
    await executor().allocateSuspenseItem({
      requestId: aRequestId(),
      suspenseItemId: item('70.00'),
      accountId: mine.accountId,
    });
    await desk().returnSuspenseItem({ requestId: aRequestId(), suspenseItemId: item('80.00'), isoReason: 'AC01' });
    await beside.killed('transaction');
    await until('the return', async () => (await totals()).positions['CZK'] === '-480.00');
    expect(await balance(mine)).to.equal('9520.00');
    expect(await clearing()).to.equal('-480.00');
  });

  it('waits while the scheme is out of service, and goes on when it is back', async () => {
    await line().suspendScheme({ requestId: aRequestId(), reason: 'the other side works on it' });
    const order = { debtorAccountId: mine.accountId, creditorIban: ELSEWHERE, creditorName: 'Eva Nova' };
    const amount = { currencyCode: 'CZK', amount: '10.00' };
    const { paymentOrder } = await desk().orderPayment({ requestId: aRequestId(), ...order, amount });
    await until(
      'the payment in the queue',
      async () => (await line().getSchemeStatus({})).schemeStatus?.queuedCount === 1,
    );
    await line().resumeScheme({ requestId: aRequestId() });
    const paymentOrderId = paymentOrder?.paymentOrderId ?? '';
    await until(
      'the end',
      async () => (await desk().getPaymentOrder({ paymentOrderId })).paymentOrder?.state === SETTLED,
    );
    const { schemeStatus } = await line().getSchemeStatus({});
    expect([schemeStatus?.queuedCount, schemeStatus?.unansweredCount, schemeStatus?.deadCount]).to.deep.equal([
      0, 0, 0,
    ]);
    const { schemeExchanges } = await line().listSchemeExchanges({ pageSize: 1_000 });
    const outcomes = new Set(schemeExchanges.map(({ outcome }) => outcome));
    expect([...outcomes]).to.have.members(['TAKEN', 'FETCHED', 'UNANSWERED']);
    expect((await totals()).positions).to.deep.equal({ CZK: await clearing() });
  });

  it('asks back what it has paid, and gets it or not; what was never sent is not sent', async () => {
    const before = await minor(mine);
    const pay = async (creditorName: string) => {
      const amount = { currencyCode: 'CZK', amount: '20.00' };
      const who = { debtorAccountId: mine.accountId, creditorIban: ELSEWHERE, creditorName };
      const { paymentOrder } = await desk().orderPayment({ requestId: aRequestId(), ...who, amount });
      return paymentOrder?.paymentOrderId ?? '';
    };
    const askBack = (paymentOrderId: string) =>
      desk().recallPaymentOrder({ requestId: aRequestId(), paymentOrderId, isoReason: 'DUPL' });
    const untilIt = (paymentOrderId: string, is: PaymentOrderState, recall?: RecallState) =>
      until(`the state ${is} of ${paymentOrderId}`, async () => {
        const { paymentOrder } = await desk().getPaymentOrder({ paymentOrderId });
        return paymentOrder?.state === is && (recall === undefined || paymentOrder.recall?.state === recall);
      });
    const [given, kept] = [await pay('TWICE'), await pay('KEEP CUST')];
    for (const id of [given, kept]) await untilIt(id, SETTLED);
    await line().suspendScheme({ requestId: aRequestId(), reason: 'nothing goes out' });
    const unsent = await pay('Eva Nova');
    await until('the queue', async () => (await line().getSchemeStatus({})).schemeStatus?.queuedCount === 1);
    for (const id of [given, kept, unsent]) await askBack(id);
    await untilIt(unsent, PaymentOrderState.CANCELLED, RecallState.ACCEPTED);
    await line().resumeScheme({ requestId: aRequestId() });
    await beside.killed('integration');
    await untilIt(given, RETURNED, RecallState.ACCEPTED);
    await untilIt(kept, SETTLED, RecallState.REFUSED);
    await beside.killed('transaction');
    await until('the money', async () => (await minor(mine)) === before - 2_000n);
    expect((await totals()).positions).to.deep.equal({ CZK: await clearing() });
  });

  it('gives back what others ask back, when who was paid wants to, once', async () => {
    const before = await minor(mine);
    await payUs({ id: 'back-1', creditorIban: mine.iban, amount: '30.00' });
    await payUs({ id: 'back-2', creditorIban: mine.iban, amount: '40.00' });
    await payUs({ id: 'back-3', creditorIban: 'CZ6508000000192000145399', amount: '50.00' });
    await until('the money', async () => (await totals()).incoming['back-3']?.outcome === 'accepted');
    await until('all of it', async () => (await minor(mine)) === before + 7_000n);
    for (const id of ['back-1', 'back-2', 'back-3', 'never']) {
      await fetch(`${simulator}/control/recall`, { method: 'POST', body: JSON.stringify({ id, times: 2 }) });
    }
    await beside.killed('integration');
    const { OPEN } = ReceivedRecallState;
    const open = await until('both recalls', async () => {
      const { receivedRecalls } = await desk().listReceivedRecalls({ accountId: mine.accountId, state: OPEN });
      return receivedRecalls.length === 2 && receivedRecalls;
    });
    for (const { receivedRecallId, amount } of open) {
      const accepted = amount?.amount === '30.00';
      await desk().answerReceivedRecall({ requestId: aRequestId(), receivedRecallId, accepted });
    }
    await beside.killed('transaction');
    const answers = async () => {
      const { incoming } = await totals();
      return ['back-1', 'back-2', 'back-3'].map((id) => incoming[id]?.recall);
    };
    await until('the answers', async () => (await answers()).every(Boolean));
    expect(await answers()).to.deep.equal(['ACCR', 'RJCR CUST', 'ACCR']);
    await until('the same books', async () => (await totals()).positions['CZK'] === (await clearing()));
    expect(await minor(mine)).to.equal(before + 4_000n);
  });

  it('has the same books as the scheme, to the entry, or says exactly where not', async () => {
    const { openDate: date } = await bank().as(LedgerService, 'transaction').getBusinessDate({});
    const state = (how: object) =>
      fetch(`${simulator}/control/statement`, {
        method: 'POST',
        body: JSON.stringify({ currency: 'CZK', date, ...how }),
      });
    const books = (identification: string) =>
      until(`the statement ${identification}`, async () => {
        const [found] = (await line().getReconciliation({})).reconciliations;
        return found?.statementIdentification === identification && found;
      });
    // Its last entry it keeps to itself, and it says one that nobody knows of.
    await state({ batch: true, forget: 1 });
    const first = await books('ST-CZK-1');
    const shown = (await line().listReconciliationExceptions({})).reconciliationExceptions.map(
      ({ amount, paymentReferences }) => [amount?.amount, ...paymentReferences].join(' '),
    );
    expect(shown, shown.join()).to.have.length(1);
    expect([first.agrees, first.ourOpenCount, first.theirOpenCount]).to.deep.equal([false, 1, 0]);
    await state({ invent: '7.77' });
    const second = await books('ST-CZK-2');
    expect([second.ourOpenCount, second.theirOpenAmount?.amount]).to.deep.equal([0, '7.77']);
    expect(second.unexplainedDifference?.amount).to.equal('0.00');
    const { reconciliationExceptions: open } = await line().listReconciliationExceptions({});
    expect(open.map(({ amount }) => amount?.amount)).to.deep.equal(['7.77']);
    await state({ invent: '-7.77' });
    const exceptionNumbers = await until('the correction', async () => {
      const found = (await line().listReconciliationExceptions({})).reconciliationExceptions;
      return found.length === 2 && found.map(({ exceptionNumber }) => exceptionNumber);
    });
    await line().resolveReconciliationExceptions({ requestId: aRequestId(), exceptionNumbers });
    const last = await books('ST-CZK-3');
    expect([last.agrees, last.ourBalance?.amount]).to.deep.equal([true, await clearing()]);
  });

  it('has left every law of the ledger as it is', () => checkLaws(bank().database('ledger').superuserUrl));
});
