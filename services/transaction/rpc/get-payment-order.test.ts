import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import { registerPerson } from '../../_testbed/opening.ts';
import { as, of, there } from '../testing.ts';
import { aPayment, usePayments } from '../testing-payments.ts';

describe('GetPaymentOrder', () => {
  const { bank, teller, mine } = usePayments();

  it('reads it for staff, and for nobody who does not see the account', async () => {
    const payment = there((await teller().orderPayment(aPayment(mine()))).paymentOrder);
    const { paymentOrderId } = payment;
    expect((await as(bank(), 'AUDITOR').getPaymentOrder({ paymentOrderId })).paymentOrder).to.deep.equal(payment);
    const stranger = of(bank(), await registerPerson(bank()));
    const foreign = await refused(stranger.getPaymentOrder({ paymentOrderId }), 'PAYMENT_ORDER_NOT_FOUND');
    const unknown = await refused(stranger.getPaymentOrder({ paymentOrderId: 'pmo_x' }), 'PAYMENT_ORDER_NOT_FOUND');
    expect(JSON.stringify(foreign)).to.equal(JSON.stringify(unknown));
    await refused(teller().getPaymentOrder({ paymentOrderId: 'pmo_x' }), 'PAYMENT_ORDER_NOT_FOUND');
  });
});
