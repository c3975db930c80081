import { expect } from 'chai';
import { customer, refused, staff, useService } from '#chassis/testing/service.ts';
import { transaction } from '../service.ts';

describe('ListPayees', () => {
  const bank = useService(transaction);

  it('is empty while the customer has noted nobody, and for customers alone', async () => {
    const jana = bank.asPrincipal(customer('cus_jana'));
    expect(await jana.listPayees({})).to.deep.include({ payees: [], nextPageToken: '' });
    await refused(jana.listPayees({ pageToken: 'x' }), 'PAGE_TOKEN_INVALID');
    await refused(bank.asPrincipal(staff('BACK_OFFICE')).listPayees({}), 'CALLER_NOT_ALLOWED');
  });
});
