import { refused, staff, useService } from '#chassis/testing/service.ts';
import { transaction } from '../service.ts';

// Whose they are is told by decline-payment-request.test.
describe('ListPaymentRequests', () => {
  const bank = useService(transaction);

  it('names an account, and no page that nobody has told', async () => {
    const officer = bank.asPrincipal(staff('COMPLIANCE'));
    await refused(officer.listPaymentRequests({ accountId: '' }), 'REQUEST_INVALID');
    await refused(officer.listPaymentRequests({ accountId: 'acc_1', pageToken: 'x' }), 'PAGE_TOKEN_INVALID');
  });
});
