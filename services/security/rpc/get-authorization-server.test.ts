import { expect } from 'chai';
import { useService } from '#chassis/testing/service.ts';
import { security } from '../service.ts';
import { ISSUER_URL } from '../testing-partners.ts';

describe('GetAuthorizationServer', () => {
  const bank = useService(security);

  it('says what partners need to get a token, and nothing else', async () => {
    const { metadataJson } = await bank.as('edge').getAuthorizationServer({ issuer: ISSUER_URL });
    expect(JSON.parse(metadataJson)).to.deep.equal({
      issuer: ISSUER_URL,
      token_endpoint: `${ISSUER_URL}/oauth2/token`,
      jwks_uri: `${ISSUER_URL}/.well-known/jwks.json`,
      grant_types_supported: ['client_credentials'],
      response_types_supported: [],
      scopes_supported: ['business-date:read', 'products:read', 'webhooks:manage'],
      token_endpoint_auth_methods_supported: ['private_key_jwt'],
      token_endpoint_auth_signing_alg_values_supported: ['ES256', 'EdDSA', 'Ed25519', 'PS256'],
      dpop_signing_alg_values_supported: ['ES256', 'EdDSA', 'Ed25519', 'PS256'],
    });
  });
});
