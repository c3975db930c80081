import { expect } from 'chai';
import { customer, refused, staff, useService } from '#chassis/testing/service.ts';
import { aRequestId } from '../../_testbed/opening.ts';
import { integration } from '../service.ts';

describe('ListPaymentFiles', () => {
  const bank = useService(integration);
  const as = (partyId: string) => bank.asPrincipal(customer(partyId));

  it('lists what a customer has handed in, newest first and in pages, to them and to staff', async () => {
    const ids: string[] = [];
    for (const text of ['one', 'two', 'three']) {
      const request = { requestId: aRequestId(), content: Buffer.from(text) };
      ids.unshift((await as('cus_eva').submitPaymentFile(request)).paymentFile?.paymentFileId ?? '');
    }
    const first = await as('cus_eva').listPaymentFiles({ customerId: 'cus_eva', pageSize: 2 });
    expect(first.paymentFiles.map(({ paymentFileId }) => paymentFileId)).to.deep.equal(ids.slice(0, 2));
    const pageToken = first.nextPageToken;
    const second = await as('cus_eva').listPaymentFiles({ customerId: 'cus_eva', pageSize: 2, pageToken });
    expect(second.paymentFiles.map(({ paymentFileId }) => paymentFileId)).to.deep.equal(ids.slice(2));
    expect(second.nextPageToken).to.equal('');
    const all = await bank.asPrincipal(staff('BACK_OFFICE')).listPaymentFiles({ customerId: 'cus_eva' });
    expect(all.paymentFiles).to.have.length(3);
  });

  it('shows nobody the files of somebody else, and goes on only from a token of its own', async () => {
    await refused(as('cus_petr').listPaymentFiles({ customerId: 'cus_eva' }), 'CUSTOMER_NOT_FOUND');
    await refused(
      as('cus_eva').listPaymentFiles({ customerId: 'cus_eva', pageToken: 'no token' }),
      'PAGE_TOKEN_INVALID',
    );
  });
});
