import { customer, refused, useService } from '#chassis/testing/service.ts';
import { transaction } from '../service.ts';

// What both sides may do with one is told by decline-payment-request.test.
describe('CancelPaymentRequest', () => {
  const bank = useService(transaction);

  it('names a payment request', async () => {
    const jana = bank.asPrincipal(customer('cus_jana'));
    await refused(jana.cancelPaymentRequest({ requestId: 'one', paymentRequestId: '' }), 'REQUEST_INVALID');
  });
});
