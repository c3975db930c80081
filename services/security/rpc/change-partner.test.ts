import { expect } from 'chai';
import { eventsOf } from '#chassis/testing/events.ts';
import { refused, useService } from '#chassis/testing/service.ts';
import { PartnerState } from '#gen/bank/security/v1/partner_pb.ts';
import { security } from '../service.ts';
import { approved, unique, verifyToken } from '../testing.ts';
import { aPartner, aPartnerKey, registration, suspend, tokenRequest } from '../testing-partners.ts';

describe('ChangePartner', () => {
  const bank = useService(security);

  async function order(partnerId: string, etag = '') {
    const key = await aPartnerKey();
    const changed = { ...registration(key, ['products:read']), displayName: 'Acme Bank', callsMax: 7 };
    return { key, request: { ...changed, requestId: unique('change'), partnerId, etag } };
  }

  it('changes all of it, and ends the tokens and the keys of before', async () => {
    const before = await aPartner(bank);
    const { accessToken } = await bank.as('edge').issuePartnerToken(await tokenRequest(before));
    const { key, request } = await order(before.partnerId, '1');
    const { partner } = await approved(bank).changePartner(request);
    expect(partner).to.deep.include({ displayName: 'Acme Bank', scopes: ['products:read'], callsMax: 7, etag: '2' });
    await refused(bank.as('edge').exchangeToken({ subjectToken: accessToken, audience: 'ledger' }), 'SESSION_ENDED');
    await refused(bank.as('edge').issuePartnerToken(await tokenRequest(before)), 'TOKEN_REQUEST_REFUSED');
    const after = { partnerId: before.partnerId, key };
    const answer = await bank.as('edge').issuePartnerToken(await tokenRequest(after));
    const { principal, bound } = await verifyToken(bank, answer.accessToken);
    expect([principal.scopes, bound?.callsMax]).to.deep.equal([['products:read'], 7]);
    const told = await eventsOf(bank.database, before.partnerId);
    expect(told).to.deep.equal(['PartnerRegistered 1', 'PartnerChanged 2']);
  });

  it('changes a partner that is suspended, which stays so', async () => {
    const { partnerId } = await aPartner(bank);
    await suspend(bank, partnerId);
    const { key, request } = await order(partnerId);
    const { partner } = await approved(bank).changePartner(request);
    expect(partner?.state).to.equal(PartnerState.SUSPENDED);
    await refused(bank.as('edge').issuePartnerToken(await tokenRequest({ partnerId, key })), 'TOKEN_REQUEST_REFUSED');
  });

  it('refuses who is unknown, a version that has passed, and what nobody may be registered with', async () => {
    const { partnerId } = await aPartner(bank);
    await refused(approved(bank).changePartner((await order('ptn_none')).request), 'PARTNER_NOT_FOUND');
    await refused(approved(bank).changePartner((await order(partnerId, '7')).request), 'ETAG_MISMATCH');
    const { request } = await order(partnerId);
    await refused(approved(bank).changePartner({ ...request, jwksJson: '{}' }), 'JWKS_INVALID');
    await refused(approved(bank).changePartner({ ...request, scopes: ['all'] }), 'SCOPE_UNKNOWN');
  });
});
