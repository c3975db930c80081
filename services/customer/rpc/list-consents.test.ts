import { expect } from 'chai';
import { customer as channel, refused, staff, staffAt, useService } from '#chassis/testing/service.ts';
import { ConsentChannel, ConsentPurpose } from '#gen/bank/customer/v1/consent_pb.ts';
import { customer } from '../service.ts';
import { registered, unique } from '../testing.ts';

describe('ListConsents', () => {
  const bank = useService(customer);
  const teller = () => bank.asPrincipal(staff('TELLER'));

  it('goes through what a customer said, newest first, page by page, for them and the staff of their branch', async () => {
    const customerId = await registered(teller());
    const { PRODUCT_NEWS, PROFILING, DATA_SHARING } = ConsentPurpose;
    for (const purpose of [PRODUCT_NEWS, PROFILING, DATA_SHARING]) {
      const said = { requestId: unique('consent'), customerId, purpose, given: false };
      await teller().recordConsent({ ...said, channel: ConsentChannel.LETTER });
    }
    const own = bank.asPrincipal(channel(customerId));
    const { consents, nextPageToken: pageToken } = await own.listConsents({ customerId, pageSize: 2 });
    const { consents: rest, nextPageToken } = await own.listConsents({ customerId, pageSize: 2, pageToken });
    expect([...consents, ...rest].map(({ purpose }) => purpose)).to.deep.equal([DATA_SHARING, PROFILING, PRODUCT_NEWS]);
    expect(nextPageToken).to.equal('');
    await refused(bank.asPrincipal(channel('cus_other')).listConsents({ customerId }), 'CUSTOMER_NOT_FOUND');
    await refused(bank.asPrincipal(staffAt('brn_brno', 'TELLER')).listConsents({ customerId }), 'CUSTOMER_NOT_FOUND');
    await refused(teller().listConsents({ customerId: 'cus_none' }), 'CUSTOMER_NOT_FOUND');
  });
});
