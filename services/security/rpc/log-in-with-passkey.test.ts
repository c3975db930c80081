import { create } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { eventsOf } from '#chassis/testing/events.ts';
import { refused, staff, useService } from '#chassis/testing/service.ts';
import { Audience, StaffRole } from '#gen/bank/options/v1/options_pb.ts';
import { LoginRefusedSchema } from '#gen/bank/security/v1/security_events_pb.ts';
import { ActorSchema } from '#gen/bank/type/v1/actor_pb.ts';
import { security } from '../service.ts';
import {
  aCode,
  aCustomerWithApp,
  anEnrolledCustomer,
  anEnrolledStaffMember,
  aPasskey,
  appCode,
  asCustomer,
  PASSWORD,
  passkeyLogin,
  toldOf,
  unique,
  verifyToken,
} from '../testing.ts';
import { authenticator } from '../testing-authenticator.ts';

describe('LogInWithPasskey', () => {
  const bank = useService(security);
  const logIn = (responseJson: string, changes: { requestId?: string; validateOnly?: boolean } = {}) =>
    bank.asPrincipal(undefined).logInWithPasskey({ requestId: unique('login'), responseJson, ...changes });
  const principalOf = async (accessToken = '') => (await verifyToken(bank, accessToken)).principal;

  for (const algorithm of ['ES256', 'EdDSA'] as const) {
    it(`starts a session of whose passkey it is, with ${algorithm}`, async () => {
      const { customerId } = await anEnrolledCustomer(bank);
      const made = await aPasskey(bank, customerId, authenticator(algorithm));
      for (const _turn of [1, 2]) {
        const { tokens } = await logIn(made.use(await passkeyLogin(bank)));
        expect(await principalOf(tokens?.accessToken)).to.include({ audience: Audience.CHANNEL, partyId: customerId });
        expect(await eventsOf(bank.database, tokens?.sessionId ?? '')).to.deep.equal(['SessionStarted 1']);
      }
    });
  }

  it('takes what was signed once, also of a passkey that counts nothing, and of many at the same time', async () => {
    const { customerId } = await anEnrolledCustomer(bank);
    for (const synced of [false, true]) {
      const made = await aPasskey(bank, customerId, authenticator('ES256', { synced }));
      const signed = made.use(await passkeyLogin(bank));
      const tries = await Promise.allSettled([1, 2, 3].map(() => logIn(signed)));
      expect(tries.filter(({ status }) => status === 'fulfilled')).to.have.length(1);
      await refused(logIn(signed), 'LOGIN_REFUSED');
    }
  });

  it('refuses a counter that does not grow: there may be two of it', async () => {
    const { customerId } = await anEnrolledCustomer(bank);
    const made = await aPasskey(bank, customerId);
    await logIn(made.use(await passkeyLogin(bank), { counter: 7 }));
    for (const counter of [7, 6, 0]) {
      await refused(logIn(made.use(await passkeyLogin(bank), { counter })), 'LOGIN_REFUSED');
    }
    await logIn(made.use(await passkeyLogin(bank), { counter: 8 }));
  });

  it('refuses what was tampered with, or signed for another page, site or ceremony, or by nobody', async () => {
    const { customerId } = await anEnrolledCustomer(bank);
    const made = await aPasskey(bank, customerId);
    const misdeeds = [
      { tampered: true },
      { origin: 'https://evil.example' },
      { site: 'evil.example' },
      { type: 'webauthn.create' },
      { unverified: true },
    ];
    for (const misdeed of misdeeds) {
      await refused(logIn(made.use(await passkeyLogin(bank), misdeed)), 'LOGIN_REFUSED');
    }
    await refused(logIn(authenticator().use(await passkeyLogin(bank))), 'LOGIN_REFUSED');
    for (const nonsense of ['null', '[]', '{"id":7}', '{"id":"\\u0000"}', `{"id":"${made.passkeyId}"}`]) {
      await refused(logIn(nonsense), 'LOGIN_REFUSED');
    }
    await logIn(made.use(await passkeyLogin(bank)));
  });

  it('refuses a challenge that the bank did not make, or made for something else or too long ago', async () => {
    const { customerId } = await anEnrolledCustomer(bank);
    const made = await aPasskey(bank, customerId);
    const { challenge } = JSON.parse(await passkeyLogin(bank)) as { challenge: string };
    const later = Buffer.from(challenge, 'base64url');
    later.writeBigUInt64BE(BigInt(Date.now() + 3_600_000), 16);
    const forRegistration = (await asCustomer(bank, customerId).getPasskeyRegistrationOptions({})).optionsJson;
    for (const forged of [later, Buffer.alloc(40, 1), Buffer.from('short')]) {
      const options = JSON.stringify({ challenge: forged.toString('base64url') });
      await refused(logIn(made.use(options)), 'LOGIN_REFUSED');
    }
    await refused(logIn(made.use(forRegistration)), 'LOGIN_REFUSED');
  });

  it('tells whose passkey it is of what was refused with it, and nobody of one that there is not', async () => {
    const { customerId } = await anEnrolledCustomer(bank);
    const made = await aPasskey(bank, customerId);
    const signed = made.use(await passkeyLogin(bank));
    await logIn(signed);
    const told = () => toldOf(bank.database, LoginRefusedSchema, customerId);
    expect(await told()).to.deep.equal([]);
    for (const [turn, wrong] of [signed, made.use(await passkeyLogin(bank), { tampered: true })].entries()) {
      await refused(logIn(wrong), 'LOGIN_REFUSED');
      while ((await told()).length === turn);
    }
    await refused(logIn(authenticator().use(await passkeyLogin(bank))), 'LOGIN_REFUSED');
    const [first, second] = await told();
    const [passkey] = (await asCustomer(bank, customerId).listPasskeys({})).passkeys;
    for (const event of [first, second]) {
      expect(event).to.include({ customerId, failures: 0, passkeyId: passkey?.passkeyId });
      expect(event?.origin?.partyId).to.equal(customerId);
    }
    expect(await told()).to.have.length(2);
  });

  it('needs no code of a second factor', async () => {
    const { customerId, secret } = await aCustomerWithApp(bank);
    const customer = asCustomer(bank, customerId);
    const made = authenticator();
    const responseJson = made.make((await customer.getPasskeyRegistrationOptions({})).optionsJson);
    const proof = { password: PASSWORD, secondFactorCode: appCode(secret, 1) };
    await customer.registerPasskey({ requestId: unique('passkey'), ...proof, responseJson });
    expect((await logIn(made.use(await passkeyLogin(bank)))).tokens?.refreshToken).to.have.length(43);
  });

  it('logs a member of staff in as what they are, while they are', async () => {
    const { staffId } = await anEnrolledStaffMember(bank, 'TREASURY');
    const oneself = bank.asPrincipal(create(ActorSchema, { ...staff('TREASURY'), partyId: staffId }));
    const made = authenticator();
    const responseJson = made.make((await oneself.getPasskeyRegistrationOptions({})).optionsJson);
    await oneself.registerPasskey({ requestId: unique('passkey'), password: PASSWORD, responseJson });
    const { tokens } = await logIn(made.use(await passkeyLogin(bank)));
    const principal = await principalOf(tokens?.accessToken);
    expect(principal).to.deep.include({ audience: Audience.STAFF, partyId: staffId, roles: [StaffRole.TREASURY] });
    await bank.asPrincipal(staff('ADMINISTRATOR')).deactivateStaffMember({ requestId: unique('end'), staffId });
    await refused(logIn(made.use(await passkeyLogin(bank))), 'LOGIN_REFUSED');
  });

  it('ends with the credentials: a new enrolment removes them', async () => {
    const { customerId } = await anEnrolledCustomer(bank);
    const made = await aPasskey(bank, customerId);
    const enrolmentCode = await aCode(bank, customerId);
    const credentials = { requestId: unique('register'), enrolmentCode, username: unique('jana'), password: PASSWORD };
    await bank.asPrincipal(undefined).registerCredentials(credentials);
    await refused(logIn(made.use(await passkeyLogin(bank))), 'LOGIN_REFUSED');
  });

  it('answers no tokens and starts nothing when it is only tried', async () => {
    const { customerId } = await anEnrolledCustomer(bank);
    const made = await aPasskey(bank, customerId);
    const signed = made.use(await passkeyLogin(bank));
    expect((await logIn(signed, { validateOnly: true })).tokens).to.equal(undefined);
    await logIn(signed);
  });
});
