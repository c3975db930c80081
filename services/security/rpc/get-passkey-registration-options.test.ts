import type { PublicKeyCredentialCreationOptionsJSON } from '@simplewebauthn/server';
import { expect } from 'chai';
import { partner, refused, useService } from '#chassis/testing/service.ts';
import { security } from '../service.ts';
import { anEnrolledCustomer, aPasskey, asCustomer } from '../testing.ts';

describe('GetPasskeyRegistrationOptions', () => {
  const bank = useService(security);

  it('asks for a passkey that verifies its user, and for none that there is', async () => {
    const { customerId } = await anEnrolledCustomer(bank);
    const { passkeyId } = await aPasskey(bank, customerId);
    const { optionsJson } = await asCustomer(bank, customerId).getPasskeyRegistrationOptions({});
    const options = JSON.parse(optionsJson) as PublicKeyCredentialCreationOptionsJSON;
    expect(options.rp.id).to.equal('localhost');
    expect(Buffer.from(options.user.id, 'base64url').toString()).to.equal(customerId);
    expect(options.authenticatorSelection).to.include({ residentKey: 'required', userVerification: 'required' });
    expect(options.excludeCredentials?.map(({ id }) => id)).to.deep.equal([passkeyId]);
  });

  it('is for those who log in', async () => {
    await refused(bank.asPrincipal(partner('ptn_acme')).getPasskeyRegistrationOptions({}), 'CALLER_NOT_ALLOWED');
  });
});
