import { expect } from 'chai';
import { eventsOf } from '#chassis/testing/events.ts';
import { refused, staff, useService } from '#chassis/testing/service.ts';
import { PartnerState } from '#gen/bank/security/v1/partner_pb.ts';
import { security } from '../service.ts';
import { approved } from '../testing.ts';
import { aPartnerKey, registration } from '../testing-partners.ts';

describe('RegisterPartner', () => {
  const bank = useService(security);

  it('registers a partner that may use the bank, once', async () => {
    const key = await aPartnerKey();
    const order = registration(key, ['products:read']);
    const first = await approved(bank).registerPartner(order);
    const { partner } = first;
    expect(partner).to.deep.include({
      displayName: 'Acme',
      scopes: ['products:read'],
      callsMax: 100,
      state: PartnerState.ACTIVE,
      etag: '1',
    });
    expect(partner?.partnerId).to.match(/^ptn_/);
    expect(JSON.parse(partner?.jwksJson ?? '')).to.deep.equal({ keys: [{ ...key.jwk, use: 'sig' }] });
    expect(await approved(bank).registerPartner(order)).to.deep.equal(first);
    expect(await eventsOf(bank.database, partner?.partnerId ?? '')).to.deep.equal(['PartnerRegistered 1']);
  });

  it('refuses keys that are none, scopes that nobody grants, and whoever is alone', async () => {
    const order = registration(await aPartnerKey());
    await refused(approved(bank).registerPartner({ ...order, jwksJson: '{"keys":[]}' }), 'JWKS_INVALID');
    const refusal = await refused(approved(bank).registerPartner({ ...order, scopes: ['all'] }), 'SCOPE_UNKNOWN');
    expect(refusal.metadata).to.deep.equal({ known: 'business-date:read products:read webhooks:manage' });
    await refused(approved(bank).registerPartner({ ...order, scopes: [] }), 'REQUEST_INVALID');
    await refused(approved(bank).registerPartner({ ...order, callsMax: 0 }), 'REQUEST_INVALID');
    await refused(bank.asPrincipal(staff('ADMINISTRATOR')).registerPartner(order), 'CALLER_NOT_ALLOWED');
  });
});
