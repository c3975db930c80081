import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import type { Account } from '#gen/bank/account/v1/account_pb.ts';
import { FreezeReason } from '#gen/bank/account/v1/account_pb.ts';
import { PaymentOrderState, SuspenseReason } from '#gen/bank/transaction/v1/payment_order_pb.ts';
import { accountsAs, openAccount, payIn } from '../../_testbed/opening.ts';
import { approved, aRequestId, as, balanceOf, czk, there } from '../testing.ts';
import { aPayment, lifeOfPayment, untilIn, usePayments } from '../testing-payments.ts';

const { SENT, SETTLED, RETURNED, FAILED } = PaymentOrderState;

describe('ReportPayment', function reportPayment() {
  this.timeout(120_000);
  const { bank, teller, scheme, mine } = usePayments();

  const ordered = async (account: Account = mine()) =>
    there((await teller().orderPayment(aPayment(account))).paymentOrder).paymentOrderId;
  const report = (paymentOrderId: string, state: number, more: object = {}) =>
    scheme().reportPayment({ requestId: aRequestId(), paymentOrderId, state: state as typeof SENT, ...more });

  it('tells that it is sent and settled; what comes late changes nothing', async () => {
    const id = await ordered();
    for (const state of [SENT, SETTLED, SENT, SETTLED]) await report(id, state);
    const payment = there((await teller().getPaymentOrder({ paymentOrderId: id })).paymentOrder);
    expect(lifeOfPayment(payment)).to.deep.equal(['CREATED', 'ACCEPTED', 'SENT', 'SETTLED']);
    await refused(report(id, FAILED, { isoReason: 'AC04' }), 'PAYMENT_REPORT_CONFLICTS');
  });

  it('puts back what is rejected, and what is returned, in whole or in part, once', async () => {
    const before = await balanceOf(bank(), mine());
    const [rejected, returned] = [await ordered(), await ordered()];
    await report(rejected, FAILED, { isoReason: 'AC04' });
    await report(rejected, FAILED, { isoReason: 'AC04' });
    await report(returned, SETTLED);
    const more = { isoReason: 'MD07', returnedAmount: czk('60.00') };
    await report(returned, RETURNED, more);
    const failed = await untilIn(teller(), rejected, FAILED);
    expect(lifeOfPayment(failed).at(-1)).to.equal('FAILED SCHEME_REJECTED AC04');
    const back = await untilIn(teller(), returned, RETURNED);
    expect(lifeOfPayment(back).at(-1)).to.equal('RETURNED SCHEME_RETURNED MD07');
    expect([before, await balanceOf(bank(), mine())]).to.deep.equal(['900.00', '860.00']);
    const whole = { requestId: aRequestId(), transactionId: back.transactionId };
    await refused(approved(bank(), 'BACK_OFFICE').reverseTransaction(whole), 'TRANSACTION_NOT_REVERSIBLE');
    await refused(report('pmo_x', SETTLED), 'PAYMENT_ORDER_NOT_FOUND');
  });

  it('takes into suspense what its account takes no more', async () => {
    const closed = await openAccount(bank());
    await payIn(bank(), closed, '100.00');
    const id = await ordered(closed);
    const freeze = { requestId: aRequestId(), credits: true, debits: true, reason: FreezeReason.COURT_ORDER };
    await accountsAs(bank(), 'COMPLIANCE').freezeAccount({ ...freeze, accountId: closed.accountId });
    await report(id, FAILED, { isoReason: 'AC04' });
    await untilIn(teller(), id, FAILED);
    const { suspenseItems } = await as(bank(), 'BACK_OFFICE').listSuspenseItems({});
    expect(suspenseItems.map(({ paymentOrderId, reason }) => [paymentOrderId, reason])).to.deep.equal([
      [id, SuspenseReason.ACCOUNT_TAKES_NONE],
    ]);
    const back = { requestId: aRequestId(), suspenseItemId: there(suspenseItems[0]).suspenseItemId, isoReason: 'AC04' };
    await refused(as(bank(), 'BACK_OFFICE').returnSuspenseItem(back), 'SUSPENSE_ITEM_NOT_RETURNABLE');
  });

  it('refuses more than was paid, and another currency', async () => {
    const id = await ordered();
    await refused(report(id, RETURNED, { returnedAmount: czk('100.01') }), 'REVERSAL_EXCEEDS_ORIGINAL');
    const euros = { currencyCode: 'EUR', amount: '1.00' };
    await refused(report(id, RETURNED, { returnedAmount: euros }), 'CURRENCY_MISMATCH');
  });
});
