import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import { aRequestId, balanceOf, there } from '../testing.ts';
import { aPayment, inDays, lifeOfPayment, usePayments } from '../testing-payments.ts';

describe('CancelPaymentOrder', () => {
  const { bank, teller, mine } = usePayments();

  it('takes back what waits for its day, once, and nothing that is executed', async () => {
    const requestedExecutionDate = await inDays(bank(), 5);
    const waiting = there((await teller().orderPayment({ ...aPayment(mine()), requestedExecutionDate })).paymentOrder);
    const { paymentOrderId } = waiting;
    const request = { requestId: aRequestId(), paymentOrderId };
    const cancelled = there((await teller().cancelPaymentOrder(request)).paymentOrder);
    expect(lifeOfPayment(cancelled)).to.deep.equal(['CREATED', 'CANCELLED']);
    expect((await teller().cancelPaymentOrder(request)).paymentOrder).to.deep.equal(cancelled);
    expect(lifeOfPayment(there((await teller().getPaymentOrder({ paymentOrderId })).paymentOrder))).to.deep.equal([
      'CREATED',
      'CANCELLED',
    ]);
    const again = { requestId: aRequestId(), paymentOrderId };
    await refused(teller().cancelPaymentOrder(again), 'PAYMENT_ORDER_NOT_CANCELLABLE');
    const executed = there((await teller().orderPayment(aPayment(mine()))).paymentOrder);
    const late = { requestId: aRequestId(), paymentOrderId: executed.paymentOrderId };
    await refused(teller().cancelPaymentOrder(late), 'PAYMENT_ORDER_NOT_CANCELLABLE');
    const unknown = { requestId: aRequestId(), paymentOrderId: 'pmo_x' };
    await refused(teller().cancelPaymentOrder(unknown), 'PAYMENT_ORDER_NOT_FOUND');
    expect(await balanceOf(bank(), mine())).to.equal('900.00');
  });
});
