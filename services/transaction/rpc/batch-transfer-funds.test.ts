import { expect } from 'chai';
import { customer } from '#chassis/testing/service.ts';
import type { Account } from '#gen/bank/account/v1/account_pb.ts';
import { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { PaymentOrderState } from '#gen/bank/transaction/v1/payment_order_pb.ts';
import { TransactionState } from '#gen/bank/transaction/v1/transaction_pb.ts';
import { TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import { useBank } from '../../_testbed/bank.ts';
import { checkLaws } from '../../_testbed/laws.ts';
import { openAccount, registerPerson } from '../../_testbed/opening.ts';
import { aRequestId, balanceOf, czk, deposit, minorOf } from '../testing.ts';
import { ELSEWHERE, withoutLists } from '../testing-payments.ts';

describe('BatchTransferFunds', () => {
  const bank = useBank({
    edge: false,
    services: ['security', 'ledger', 'customer', 'account', 'transaction'],
    environment: { PAYMENT_SCHEMES: 'CZK:INSTANT' },
  });
  let jana = '';
  let petr = '';
  let mine: Account;
  let his: Account;

  before(async () => {
    [jana, petr] = await Promise.all([registerPerson(bank()), registerPerson(bank())]);
    [mine, his] = await Promise.all([openAccount(bank(), { owners: [jana] }), openAccount(bank(), { owners: [petr] })]);
    await deposit(bank(), mine, '1000');
  });
  afterEach('the laws of the ledger hold', () => checkLaws(bank().database('ledger').superuserUrl));

  const item = (amount: string, changes: object = {}) => ({
    requestId: aRequestId(),
    actor: customer(jana),
    debtorIban: mine.iban,
    creditorIban: his.iban,
    amount: czk(amount),
    ...changes,
  });
  const make = async (transfers: ReturnType<typeof item>[], validateOnly = false) =>
    (await bank().as(TransactionService, 'integration-inbound').batchTransferFunds({ transfers, validateOnly }))
      .outcomes;
  const reasons = (outcomes: Awaited<ReturnType<typeof make>>) =>
    outcomes.map(({ refusal, state }) => refusal?.detail?.reason ?? state);

  it('makes each item once, and answers the same for ever', async () => {
    const items = [item('10.00'), item('20.00'), item('100000.00')];
    expect(reasons(await make(items, true))).to.deep.equal([
      TransactionState.POSTED,
      TransactionState.POSTED,
      'INSUFFICIENT_FUNDS',
    ]);
    expect(await balanceOf(bank(), his)).to.equal('0.00');
    const first = await make(items);
    expect(await make(items)).to.deep.equal(first);
    expect(await balanceOf(bank(), his)).to.equal('30.00');
    const [other] = await make([{ ...items[0], amount: czk('11.00') } as ReturnType<typeof item>]);
    expect(other?.refusal?.detail?.reason).to.equal('REQUEST_EXISTS');
  });

  it('keeps waiting what is too large to go without the sanctions lists, and nothing beside it', async () => {
    await deposit(bank(), mine, '60000');
    const toOther = { creditorIban: ELSEWHERE, creditorName: 'Erika Mustermann' };
    const items = [item('50000.01', toOther), item('5.00')];
    await withoutLists(bank(), async () => {
      const { UNDER_REVIEW, POSTED } = TransactionState;
      expect(reasons(await make(items))).to.deep.equal([UNDER_REVIEW, POSTED]);
    });
  });

  it("holds each item to its actor's rights", async () => {
    const outcomes = await make([
      item('1.00', { actor: customer(petr) }),
      item('1.00', { creditorIban: mine.iban }),
      item('1.00', { debtorIban: 'CZ6508000000192000145399' }),
      item('1.00', { creditorIban: 'CZ6508000000192000145399' }),
      item('1.00', { requestedExecutionDate: '2999-01-01' }),
      item('0.001'),
    ]);
    expect(reasons(outcomes)).to.deep.equal([
      'ACCOUNT_NOT_FOUND',
      'SAME_ACCOUNT',
      'ACCOUNT_NOT_FOUND',
      'CREDITOR_NAME_REQUIRED',
      'EXECUTION_DATE_NOT_SUPPORTED',
      'CURRENCY_EXPONENT_EXCEEDED',
    ]);
  });

  it('pays to other banks, now and on later days, each once', async () => {
    const elsewhere = { creditorIban: 'DE89370400440532013000', creditorName: 'Erika Mustermann' };
    const before = await minorOf(bank(), mine);
    const { openDate } = await bank().as(LedgerService, 'transaction').getBusinessDate({});
    const day = Temporal.PlainDate.from(openDate).add({ days: 3 }).toString();
    const items = [
      item('5.00', { ...elsewhere, endToEndIdentification: 'E-1' }),
      item('6.00', { ...elsewhere, requestedExecutionDate: day }),
      item('7.00', { ...elsewhere, amount: { currencyCode: 'EUR', amount: '7.00' } }),
    ];
    const first = await make(items);
    expect(reasons(first)).to.deep.equal([TransactionState.POSTED, TransactionState.PENDING, 'CURRENCY_MISMATCH']);
    expect(await make(items)).to.deep.equal(first);
    const client = bank().asPrincipal(TransactionService, customer(jana));
    const orders = await Promise.all(
      first
        .slice(0, 2)
        .map(async ({ paymentOrderId }) => (await client.getPaymentOrder({ paymentOrderId })).paymentOrder),
    );
    expect(
      orders.map((one) => [one?.state, one?.executionDate, one?.transactionId === first[0]?.transactionId]),
    ).to.deep.equal([
      [PaymentOrderState.ACCEPTED, openDate, true],
      [PaymentOrderState.CREATED, day, false],
    ]);
    expect(orders[0]?.endToEndIdentification).to.equal('E-1');
    expect(await minorOf(bank(), mine)).to.equal(before - 500n);
  });
});
