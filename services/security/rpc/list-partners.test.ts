import { expect } from 'chai';
import { refused, staff, useService } from '#chassis/testing/service.ts';
import { security } from '../service.ts';
import { aPartner } from '../testing-partners.ts';

describe('ListPartners', () => {
  const bank = useService(security);

  it('lists them in the order in which they were registered, page by page', async () => {
    const made = [];
    for (let one = 0; one < 3; one += 1) made.push((await aPartner(bank)).partnerId);
    const auditor = bank.asPrincipal(staff('AUDITOR'));
    const first = await auditor.listPartners({ pageSize: 2 });
    const second = await auditor.listPartners({ pageSize: 2, pageToken: first.nextPageToken });
    expect([...first.partners, ...second.partners].map(({ partnerId }) => partnerId)).to.deep.equal(made);
    expect(second.nextPageToken).to.equal('');
    await refused(auditor.listPartners({ pageToken: 'garbage' }), 'PAGE_TOKEN_INVALID');
  });
});
