import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import { PaymentOrderState, RecallState } from '#gen/bank/transaction/v1/payment_order_pb.ts';
import { aRequestId, balanceOf, there } from '../testing.ts';
import { aPayment, untilIn, usePayments } from '../testing-payments.ts';

const { SETTLED, RETURNED } = PaymentOrderState;

describe('ReportRecall', function reportRecall() {
  this.timeout(120_000);
  const { bank, teller, scheme, mine } = usePayments();

  const settled = async () => {
    const { paymentOrderId } = there((await teller().orderPayment(aPayment(mine()))).paymentOrder);
    await scheme().reportPayment({ requestId: aRequestId(), paymentOrderId, state: SETTLED });
    return paymentOrderId;
  };
  const answer = (paymentOrderId: string, accepted: boolean, isoReason = '') =>
    scheme().reportRecall({ requestId: aRequestId(), paymentOrderId, accepted, isoReason });
  const recallOf = async (paymentOrderId: string) => {
    const { recall } = there((await teller().getPaymentOrder({ paymentOrderId })).paymentOrder);
    return [recall?.state, recall?.answerIsoReason];
  };

  it('tells what the other bank answers, the first time; its money comes by a return', async () => {
    const [kept, given] = [await settled(), await settled()];
    await refused(answer(kept, true), 'PAYMENT_REPORT_CONFLICTS');
    for (const paymentOrderId of [kept, given]) {
      await teller().recallPaymentOrder({ requestId: aRequestId(), paymentOrderId, isoReason: 'AC03' });
    }
    await answer(kept, false, 'CUST');
    await answer(kept, true);
    await answer(given, true);
    expect(await recallOf(kept)).to.deep.equal([RecallState.REFUSED, 'CUST']);
    expect(await recallOf(given)).to.deep.equal([RecallState.ACCEPTED, '']);
    expect(await balanceOf(bank(), mine())).to.equal('800.00');
    await scheme().reportPayment({
      requestId: aRequestId(),
      paymentOrderId: given,
      state: RETURNED,
      isoReason: 'FOCR',
    });
    await untilIn(teller(), given, RETURNED);
    expect(await balanceOf(bank(), mine())).to.equal('900.00');
    await refused(answer('pmo_x', true), 'PAYMENT_ORDER_NOT_FOUND');
  });
});
