import { expect } from 'chai';
import { eventsOf } from '#chassis/testing/events.ts';
import { refused, useService } from '#chassis/testing/service.ts';
import { security } from '../service.ts';
import { aCode, aCustomerWithApp, anEnrolledCustomer, expectNowhere, logIn, PASSWORD, unique } from '../testing.ts';

describe('RegisterCredentials', () => {
  const bank = useService(security);
  const register = (credentials: {
    enrolmentCode: string;
    username: string;
    password?: string;
    requestId?: string;
    validateOnly?: boolean;
  }) =>
    bank
      .asPrincipal(undefined)
      .registerCredentials({ requestId: unique('register'), password: PASSWORD, ...credentials });

  it('registers them for the customer of the code, in hashes only', async () => {
    const customerId = unique('cus');
    const enrolmentCode = await aCode(bank, customerId);
    const username = unique('jana');
    expect((await register({ enrolmentCode, username })).customerId).to.equal(customerId);
    await expectNowhere(bank.database, [enrolmentCode, username, PASSWORD]);
    const [kept] = await bank.database.query<{ id: string; hash: string }>(
      'select id, password_hash as hash from credential where party_id = $1',
      [customerId],
    );
    expect(kept?.hash).to.match(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(await eventsOf(bank.database, kept?.id ?? '')).to.deep.equal(['CredentialsRegistered 1']);
  });

  it('takes a code once, of many at the same time too', async () => {
    const enrolmentCode = await aCode(bank, unique('cus'));
    const tries = await Promise.allSettled(
      Array.from({ length: 5 }, () => register({ enrolmentCode, username: unique('jana') })),
    );
    expect(tries.filter(({ status }) => status === 'fulfilled')).to.have.length(1);
    await refused(register({ enrolmentCode, username: unique('jana') }), 'ENROLMENT_CODE_INVALID');
  });

  it('refuses a code that is unknown or has expired', async () => {
    await refused(register({ enrolmentCode: 'unknown', username: unique('jana') }), 'ENROLMENT_CODE_INVALID');
    const customerId = unique('cus');
    const enrolmentCode = await aCode(bank, customerId);
    await bank.database.query('update enrolment_code set expire_time = now() where party_id = $1', [customerId]);
    await refused(register({ enrolmentCode, username: unique('jana') }), 'ENROLMENT_CODE_INVALID');
  });

  it('refuses a username that another has, in whatever case, and leaves the code good', async () => {
    const { username } = await anEnrolledCustomer(bank);
    const enrolmentCode = await aCode(bank, unique('cus'));
    await refused(register({ enrolmentCode, username: ` ${username.toUpperCase()}` }), 'USERNAME_TAKEN');
    for (const password of ['short', 'Corebank corebank 1']) {
      await refused(register({ enrolmentCode, username: unique('jana'), password }), 'PASSWORD_UNFIT');
    }
    await register({ enrolmentCode, username: unique('jana') });
  });

  it('repeats its refusal of a taken username, also when it is only tried', async () => {
    const { username } = await anEnrolledCustomer(bank);
    const order = { requestId: unique('register'), enrolmentCode: await aCode(bank, unique('cus')), username };
    for (const validateOnly of [false, false, true]) {
      await refused(register({ ...order, validateOnly }), 'USERNAME_TAKEN');
    }
  });

  it('replaces what the customer had, and revokes their sessions', async () => {
    const { customerId, username } = await anEnrolledCustomer(bank);
    const { sessionId, refreshToken } = await logIn(bank, { username });
    const enrolmentCode = await aCode(bank, customerId);
    const password = 'another horse battery';
    await register({ enrolmentCode, username, password });
    await refused(logIn(bank, { username }), 'LOGIN_REFUSED');
    await logIn(bank, { username, password });
    const refresh = bank.asPrincipal(undefined).refreshSession({ requestId: unique('refresh'), refreshToken });
    await refused(refresh, 'SESSION_ENDED');
    expect(await eventsOf(bank.database, sessionId)).to.deep.equal(['SessionStarted 1', 'SessionRevoked 2']);
  });

  it('begins anew for a customer who has lost their authenticator app', async () => {
    const { customerId, recoveryCodes } = await aCustomerWithApp(bank);
    const username = unique('jana');
    await register({ enrolmentCode: await aCode(bank, customerId), username });
    await logIn(bank, { username });
    const kept = await bank.database.query('select from recovery_code where party_id = $1', [customerId]);
    expect([recoveryCodes.length, kept.length]).to.deep.equal([10, 0]);
  });
});
