import { expect } from 'chai';
import { calculateJwkThumbprint } from 'jose';
import { publishedOf } from '#chassis/testing/events.ts';
import { refused, startTestService, useService } from '#chassis/testing/service.ts';
import { Audience } from '#gen/bank/options/v1/options_pb.ts';
import { type PartnerTokenRefused, PartnerTokenRefusedSchema } from '#gen/bank/security/v1/security_events_pb.ts';
import { security } from '../service.ts';
import { expectNowhere, unique, verifyToken } from '../testing.ts';
import {
  aPartner,
  aPartnerKey,
  assertionOf,
  formOf,
  ISSUER_URL,
  proofOf,
  suspend,
  tokenRequest,
} from '../testing-partners.ts';

const URL_OF_TOKENS = `${ISSUER_URL}/oauth2/token`;

describe('IssuePartnerToken', () => {
  const bank = useService(security);
  const ask = (request: Awaited<ReturnType<typeof tokenRequest>>) => bank.as('edge').issuePartnerToken(request);
  /** What a token request is refused with: the status of HTTP, and the error of OAuth. */
  async function told(request: Awaited<ReturnType<typeof tokenRequest>>): Promise<string> {
    const { metadata } = await refused(ask(request), 'TOKEN_REQUEST_REFUSED');
    return `${metadata['status']} ${metadata['error']}`;
  }
  async function recorded(id: string): Promise<PartnerTokenRefused[]> {
    const refusals = await publishedOf(bank.database, PartnerTokenRefusedSchema);
    return refusals.filter(({ partnerId }) => partnerId === id);
  }

  for (const alg of ['ES256', 'EdDSA', 'PS256'] as const) {
    it(`answers a token of five minutes that is bound to the key of the proof, for ${alg}`, async () => {
      const partner = await aPartner(bank, ['products:read'], alg);
      const proofKey = await aPartnerKey('ES256');
      const { accessToken, accessSeconds, scopes } = await ask(await tokenRequest(partner, proofKey));
      expect([accessSeconds, scopes]).to.deep.equal([300, ['products:read']]);
      const { principal, bound, expires } = await verifyToken(bank, accessToken);
      expect(principal).to.deep.include({
        audience: Audience.PARTNER,
        partyId: partner.partnerId,
        scopes: ['products:read'],
      });
      const thumbprint = await calculateJwkThumbprint(proofKey.jwk);
      expect(bound).to.deep.equal({ thumbprint, callsMax: 100 });
      expect(expires - Date.now() / 1000).to.be.within(290, 301);
      const { internalToken } = await bank.as('edge').exchangeToken({ subjectToken: accessToken, audience: 'ledger' });
      expect(internalToken).to.match(/^ey/);
      await expectNowhere(bank.database, [accessToken]);
    });
  }

  it('answers what is asked for of what the partner may ask for, and refuses the rest', async () => {
    const both = await aPartner(bank);
    const asking = async (scope: string, partner = both) => ({
      ...(await tokenRequest(partner)),
      form: formOf(await assertionOf(partner), { scope }),
    });
    expect((await ask(await asking('products:read'))).scopes).to.deep.equal(['products:read']);
    expect((await ask(await tokenRequest(both))).scopes).to.deep.equal([
      'business-date:read',
      'products:read',
      'webhooks:manage',
    ]);
    const one = await aPartner(bank, ['business-date:read']);
    expect(await told(await asking('products:read', one))).to.equal('400 invalid_scope');
    expect(await told(await asking('everything', one))).to.equal('400 invalid_scope');
  });

  it('takes an assertion once, whichever process sees it, also after a restart', async () => {
    const partner = await aPartner(bank);
    const { database, dataDir } = bank;
    const another = await startTestService(security, { beside: { database, dataDir } });
    try {
      const request = await tokenRequest(partner);
      const again = async () => ({
        ...request,
        requestId: unique('again'),
        dpopProof: await proofOf(partner.key, URL_OF_TOKENS),
      });
      const both = await Promise.allSettled([
        ask(await again()),
        another.as('edge').issuePartnerToken(await again()),
        ask(await again()),
      ]);
      expect(both.filter(({ status }) => status === 'fulfilled')).to.have.length(1);
      expect(await told(await again())).to.equal('401 invalid_client');
    } finally {
      await another.stop();
    }
    // It is told behind the answer.
    while ((await recorded(partner.partnerId)).length < 3);
    const all = await recorded(partner.partnerId);
    expect(new Set(all.map(({ error }) => error))).to.deep.equal(new Set(['invalid_client']));
    expect(all[0]?.origin?.partyId).to.equal(partner.partnerId);
  });

  it('takes a proof once', async () => {
    const partner = await aPartner(bank);
    const { dpopProof } = await tokenRequest(partner);
    await ask({ ...(await tokenRequest(partner)), dpopProof });
    expect(await told({ ...(await tokenRequest(partner)), dpopProof })).to.equal('400 invalid_grant');
  });

  const now = () => Math.floor(Date.now() / 1000);
  const BAD_ASSERTIONS: readonly [string, () => Readonly<Record<string, unknown>>][] = [
    ['for the token endpoint instead of the issuer', () => ({ aud: URL_OF_TOKENS })],
    ['for the issuer and somebody else', () => ({ aud: [ISSUER_URL, 'https://evil.example'] })],
    ['for another bank', () => ({ aud: 'https://evil.example' })],
    ['that is over', () => ({ exp: now() - 60 })],
    ['that is good for too long', () => ({ exp: now() + 3_600 })],
    ['that is never over', () => ({ exp: undefined })],
    ['that is not good yet', () => ({ nbf: now() + 600 })],
    ['without a name of its own', () => ({ jti: undefined })],
    ['of another issuer', () => ({ iss: 'ptn_other' })],
  ];
  for (const [what, claims] of BAD_ASSERTIONS) {
    it(`refuses an assertion ${what}`, async () => {
      const partner = await aPartner(bank);
      const form = formOf(await assertionOf(partner, claims()));
      expect(await told({ ...(await tokenRequest(partner)), form })).to.equal('401 invalid_client');
    });
  }

  it('refuses an assertion that another key signed, of whoever is no partner, and one that is no token', async () => {
    const partner = await aPartner(bank);
    const request = await tokenRequest(partner);
    const stolen = { partnerId: partner.partnerId, key: { ...(await aPartnerKey()), jwk: partner.key.jwk } };
    for (const assertion of [await assertionOf(stolen), await assertionOf({ ...partner, partnerId: 'ptn_none' })]) {
      expect(await told({ ...request, form: formOf(assertion) })).to.equal('401 invalid_client');
    }
    expect(await told({ ...request, form: formOf('garbage') })).to.match(/^40[01] invalid_(client|request)$/);
    expect(await told({ ...request, form: '' })).to.equal('400 invalid_request');
  });

  it('refuses other ways to authenticate, and other grants', async () => {
    const partner = await aPartner(bank);
    const request = await tokenRequest(partner);
    const secret = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: partner.partnerId,
      client_secret: 'secret',
    });
    expect(await told({ ...request, form: secret.toString() })).to.match(/^40[01] invalid_/);
    for (const grant_type of ['refresh_token', 'authorization_code', 'password', 'implicit']) {
      const form = formOf(await assertionOf(partner), { grant_type, refresh_token: 'x', code: 'x' });
      expect(await told({ ...request, form })).to.match(/^400 (unsupported_grant_type|invalid_request)$/);
    }
  });

  it('refuses a request without a proof, and with one for another URL, of another time or another method', async () => {
    const partner = await aPartner(bank);
    const proofs = [
      '',
      'garbage',
      await proofOf(partner.key, `${ISSUER_URL}/elsewhere`),
      await proofOf(partner.key, 'https://evil.example/oauth2/token'),
      await proofOf(partner.key, URL_OF_TOKENS, { iat: now() - 3_600 }),
      await proofOf(partner.key, URL_OF_TOKENS, { htm: 'GET' }),
    ];
    for (const dpopProof of proofs) {
      expect(await told({ ...(await tokenRequest(partner)), dpopProof })).to.match(/^400 invalid_(grant|dpop_proof)$/);
    }
  });

  it('refuses a partner that is suspended', async () => {
    const partner = await aPartner(bank);
    await suspend(bank, partner.partnerId);
    expect(await told(await tokenRequest(partner))).to.equal('401 invalid_client');
  });

  it('only tries with validate_only, and answers no token twice', async () => {
    const partner = await aPartner(bank);
    const tried = await bank.as('edge').issuePartnerToken({ ...(await tokenRequest(partner)), validateOnly: true });
    expect(tried.accessToken).to.equal('');
    const request = await tokenRequest(partner);
    await ask(request);
    await refused(ask(request), 'ANSWER_NOT_KEPT');
  });
});
