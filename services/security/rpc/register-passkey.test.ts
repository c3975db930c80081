import { expect } from 'chai';
import { eventsOf } from '#chassis/testing/events.ts';
import { refused, useService } from '#chassis/testing/service.ts';
import { security } from '../service.ts';
import {
  aCustomerWithApp,
  anEnrolledCustomer,
  aPasskey,
  appCode,
  asCustomer,
  credentialOf,
  failuresOf,
  PASSWORD,
  passkeyLogin,
  unique,
} from '../testing.ts';
import { authenticator } from '../testing-authenticator.ts';

describe('RegisterPasskey', () => {
  const bank = useService(security);
  const options = async (customerId: string) =>
    (await asCustomer(bank, customerId).getPasskeyRegistrationOptions({})).optionsJson;
  const register = (
    customerId: string,
    responseJson: string,
    changes: { password?: string; secondFactorCode?: string; validateOnly?: boolean } = {},
  ) =>
    asCustomer(bank, customerId).registerPasskey({
      requestId: unique('passkey'),
      password: PASSWORD,
      responseJson,
      ...changes,
    });

  it('registers a passkey of either kind, and says so', async () => {
    const { customerId } = await anEnrolledCustomer(bank);
    for (const algorithm of ['ES256', 'EdDSA'] as const) {
      const made = authenticator(algorithm);
      const { passkeyId } = await register(customerId, made.make(await options(customerId)));
      expect(passkeyId).to.equal(made.passkeyId);
    }
    const events = await eventsOf(bank.database, await credentialOf(bank.database, customerId));
    expect(events).to.deep.equal(['CredentialsRegistered 1', 'PasskeyAdded 2', 'PasskeyAdded 3']);
  });

  it('refuses one that was made for another page, site or ceremony, or without verifying its user', async () => {
    const { customerId } = await anEnrolledCustomer(bank);
    const asked = await options(customerId);
    const misdeeds = [
      { origin: 'https://evil.example' },
      { site: 'evil.example' },
      { type: 'webauthn.get' },
      { unverified: true },
    ];
    for (const misdeed of misdeeds) {
      await refused(register(customerId, authenticator().make(asked, misdeed)), 'PASSKEY_REFUSED');
    }
    for (const nonsense of ['null', '[]', '{}', '{"id":7}', authenticator().make(asked).slice(0, -9)]) {
      await refused(register(customerId, nonsense), 'PASSKEY_REFUSED');
    }
    expect(await failuresOf(bank.database, customerId)).to.equal(0);
  });

  it('takes a challenge once, and only of whoever it was made for', async () => {
    const [who, other] = [await anEnrolledCustomer(bank), await anEnrolledCustomer(bank)];
    const asked = await options(who.customerId);
    await refused(register(other.customerId, authenticator().make(asked)), 'PASSKEY_REFUSED');
    await refused(register(who.customerId, authenticator().make(await passkeyLogin(bank))), 'PASSKEY_REFUSED');
    const forged = JSON.stringify({ challenge: Buffer.alloc(40, 1).toString('base64url') });
    await refused(register(who.customerId, authenticator().make(forged)), 'PASSKEY_REFUSED');
    await register(who.customerId, authenticator().make(asked));
    await refused(register(who.customerId, authenticator().make(asked)), 'PASSKEY_REFUSED');
  });

  it('registers a passkey once, whoever shows it', async () => {
    const [who, other] = [await anEnrolledCustomer(bank), await anEnrolledCustomer(bank)];
    const made = await aPasskey(bank, who.customerId);
    await refused(register(other.customerId, made.make(await options(other.customerId))), 'PASSKEY_EXISTS');
  });

  it('asks for the password, and for a code where there is a second factor', async () => {
    const { customerId, secret } = await aCustomerWithApp(bank);
    const responseJson = authenticator().make(await options(customerId));
    await refused(register(customerId, responseJson, { password: 'wrong' }), 'PROOF_REFUSED');
    await refused(register(customerId, responseJson), 'PROOF_REFUSED');
    expect(await failuresOf(bank.database, customerId)).to.equal(2);
    await register(customerId, responseJson, { secondFactorCode: appCode(secret, 1) });
  });

  it('keeps twenty at most', async () => {
    const { customerId } = await anEnrolledCustomer(bank);
    await bank.database.query(
      `insert into passkey (id, party_id, public_key, counter, synced, create_time)
       select $1 || '-' || n, $1, '', 0, false, now() from generate_series(1, 20) n`,
      [customerId],
    );
    await refused(register(customerId, authenticator().make(await options(customerId))), 'PASSKEY_LIMIT');
  });

  it('registers nothing when it is only tried', async () => {
    const { customerId } = await anEnrolledCustomer(bank);
    const responseJson = authenticator().make(await options(customerId));
    await register(customerId, responseJson, { validateOnly: true });
    await register(customerId, responseJson);
  });
});
