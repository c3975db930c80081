import { expect } from 'chai';
import { refused, staff, useService } from '#chassis/testing/service.ts';
import { security } from '../service.ts';
import { aPartner } from '../testing-partners.ts';

describe('GetPartner', () => {
  const bank = useService(security);

  it('reads a partner, and refuses one that is unknown', async () => {
    const { partnerId, key } = await aPartner(bank, ['products:read']);
    const auditor = bank.asPrincipal(staff('AUDITOR'));
    const { partner } = await auditor.getPartner({ partnerId });
    expect(partner).to.deep.include({ partnerId, scopes: ['products:read'], etag: '1' });
    expect(partner?.jwksJson).to.include(key.jwk.kid);
    await refused(auditor.getPartner({ partnerId: 'ptn_none' }), 'PARTNER_NOT_FOUND');
  });
});
