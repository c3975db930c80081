import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import { PaymentOrderState, RecallState } from '#gen/bank/transaction/v1/payment_order_pb.ts';
import { aRequestId, balanceOf, there } from '../testing.ts';
import { aPayment, inDays, lifeOfPayment, untilIn, usePayments } from '../testing-payments.ts';

const { CANCELLED, FAILED } = PaymentOrderState;

describe('RecallPaymentOrder', function recallPaymentOrder() {
  this.timeout(120_000);
  const { bank, teller, scheme, mine } = usePayments();

  const recall = (paymentOrderId: string) => ({ requestId: aRequestId(), paymentOrderId, isoReason: 'DUPL' });

  it('asks a booked payment back once; one that was not sent is cancelled, and put back', async () => {
    const { paymentOrderId } = there((await teller().orderPayment(aPayment(mine()))).paymentOrder);
    const request = recall(paymentOrderId);
    const asked = there((await teller().recallPaymentOrder(request)).paymentOrder);
    expect([asked.recall?.state, asked.recall?.isoReason]).to.deep.equal([RecallState.REQUESTED, 'DUPL']);
    expect((await teller().recallPaymentOrder(request)).paymentOrder).to.deep.equal(asked);
    await refused(teller().recallPaymentOrder(recall(paymentOrderId)), 'PAYMENT_ORDER_RECALLED');
    await scheme().reportPayment({ requestId: aRequestId(), paymentOrderId, state: CANCELLED });
    const cancelled = await untilIn(teller(), paymentOrderId, CANCELLED);
    expect(lifeOfPayment(cancelled)).to.deep.equal(['CREATED', 'ACCEPTED', 'CANCELLED RECALLED']);
    expect(cancelled.recall?.state).to.equal(RecallState.ACCEPTED);
    expect(await balanceOf(bank(), mine())).to.equal('1000.00');
  });

  it('refuses what is not booked yet, and what is over', async () => {
    const requestedExecutionDate = await inDays(bank(), 5);
    const waiting = there((await teller().orderPayment({ ...aPayment(mine()), requestedExecutionDate })).paymentOrder);
    await refused(teller().recallPaymentOrder(recall(waiting.paymentOrderId)), 'PAYMENT_ORDER_NOT_RECALLABLE');
    const { paymentOrderId } = there((await teller().orderPayment(aPayment(mine()))).paymentOrder);
    await scheme().reportPayment({ requestId: aRequestId(), paymentOrderId, state: FAILED });
    await refused(teller().recallPaymentOrder(recall(paymentOrderId)), 'PAYMENT_ORDER_NOT_RECALLABLE');
    await refused(teller().recallPaymentOrder(recall('pmo_x')), 'PAYMENT_ORDER_NOT_FOUND');
  });
});
