import { expect } from 'chai';
import { customer as channel, refused, staff, staffAt, useService } from '#chassis/testing/service.ts';
import { customer } from '../service.ts';
import { registered } from '../testing.ts';
import { aPdf, started, stored } from '../testing-documents.ts';

describe('ListDocuments', () => {
  const bank = useService(customer);
  const office = () => bank.asPrincipal(staff('BACK_OFFICE'));

  it('lists versions, newest first, page by page, to the customer and to staff', async () => {
    const customerId = await registered(office());
    const first = await stored(office(), customerId);
    const second = await stored(office(), customerId);
    const again = await started(office(), customerId, aPdf(), first.documentId);
    const { documents } = await bank.asPrincipal(channel(customerId)).listDocuments({ customerId });
    const keys = [second, again, first].map(({ documentId, version }) => [documentId, version]);
    expect(documents.map(({ documentId, version }) => [documentId, version])).to.deep.equal(keys);
    expect(documents[0]?.fileName).to.equal('Kanárek.pdf');
    const one = await office().listDocuments({ customerId, pageSize: 2 });
    const two = await office().listDocuments({ customerId, pageSize: 2, pageToken: one.nextPageToken });
    expect([...one.documents, ...two.documents]).to.deep.equal(documents);
    expect(two.nextPageToken).to.equal('');
    await refused(bank.asPrincipal(staffAt('brn_brno', 'TELLER')).listDocuments({ customerId }), 'CUSTOMER_NOT_FOUND');
    await refused(office().listDocuments({ customerId: 'cus_unknown' }), 'CUSTOMER_NOT_FOUND');
    const stranger = bank.asPrincipal(channel(await registered(office())));
    await refused(stranger.listDocuments({ customerId }), 'CUSTOMER_NOT_FOUND');
  });
});
