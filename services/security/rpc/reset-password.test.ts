import { expect } from 'chai';
import { eventsOf } from '#chassis/testing/events.ts';
import { refused, useService } from '#chassis/testing/service.ts';
import { PasswordResetRefusedSchema } from '#gen/bank/security/v1/security_events_pb.ts';
import { security } from '../service.ts';
import {
  aCustomerWithApp,
  anEnrolledCustomer,
  appCode,
  aResetCode,
  credentialOf,
  expectNowhere,
  logIn,
  toldOf,
  unique,
} from '../testing.ts';

describe('ResetPassword', () => {
  const bank = useService(security);
  const NEW = 'another horse battery';
  const reset = (username: string, code: string, changes: { newPassword?: string; validateOnly?: boolean } = {}) =>
    bank.asPrincipal(undefined).resetPassword({
      requestId: unique('reset'),
      username,
      code,
      newPassword: NEW,
      ...changes,
    });

  it('sets a password, ends a lockout, and revokes all sessions', async () => {
    const who = await anEnrolledCustomer(bank);
    const { sessionId } = await logIn(bank, who);
    await bank.database.query('update credential set failures = 100 where party_id = $1', [who.customerId]);
    const code = await aResetCode(bank, who);
    await reset(who.username, code.toLowerCase().replaceAll('-', ''));
    await logIn(bank, { ...who, password: NEW });
    await refused(logIn(bank, who), 'LOGIN_REFUSED');
    expect(await eventsOf(bank.database, sessionId)).to.deep.equal(['SessionStarted 1', 'SessionRevoked 2']);
    const events = await eventsOf(bank.database, await credentialOf(bank.database, who.customerId));
    expect(events).to.deep.equal(['CredentialsRegistered 1', 'PasswordReset 2']);
    await expectNowhere(bank.database, [NEW]);
  });

  it('takes a code once, of many at the same time too', async () => {
    const who = await anEnrolledCustomer(bank);
    const code = await aResetCode(bank, who);
    const tries = await Promise.allSettled(
      [1, 2, 3].map((turn) => reset(who.username, code, { newPassword: NEW + turn })),
    );
    expect(tries.filter(({ status }) => status === 'fulfilled')).to.have.length(1);
    await refused(reset(who.username, code), 'RESET_CODE_INVALID');
  });

  it('is of no use after five wrong tries, whether they come one by one or at once', async () => {
    const who = await anEnrolledCustomer(bank);
    const code = await aResetCode(bank, who);
    await Promise.all([1, 2, 3, 4].map(() => refused(reset(who.username, 'AAAA-AAAA-AAAA'), 'RESET_CODE_INVALID')));
    await reset(who.username, code, { validateOnly: true });
    await refused(reset(who.username, 'AAAA-AAAA-AAAA'), 'RESET_CODE_INVALID');
    await refused(reset(who.username, code), 'RESET_CODE_INVALID');
  });

  it('says the same of another’s code, an expired one, one of before, and of nobody', async () => {
    const [who, other] = [await anEnrolledCustomer(bank), await anEnrolledCustomer(bank)];
    const told = async (username: string, code: string) => {
      const { code: status, message, metadata } = await refused(reset(username, code), 'RESET_CODE_INVALID');
      return { status, message, metadata };
    };
    const ofNobody = await told(unique('nobody'), 'AAAA-AAAA-AAAA');
    const [code, others] = [await aResetCode(bank, who), await aResetCode(bank, other)];
    expect(await told(who.username, others)).to.deep.equal(ofNobody);
    await bank.database.query('update password_reset set expire_time = now() where party_id = $1', [who.customerId]);
    expect(await told(who.username, code)).to.deep.equal(ofNobody);
    await bank.database.query('update credential set version = version + 1 where party_id = $1', [other.customerId]);
    expect(await told(other.username, others)).to.deep.equal(ofNobody);
  });

  it('tells whose username it is of every code that is refused, also where none was sent', async () => {
    const who = await anEnrolledCustomer(bank);
    const told = () => toldOf(bank.database, PasswordResetRefusedSchema, who.customerId);
    await refused(reset(who.username, 'AAAA-AAAA-AAAA'), 'RESET_CODE_INVALID');
    while ((await told()).length === 0);
    const code = await aResetCode(bank, who);
    await refused(reset(who.username, 'AAAA-AAAA-AAAA'), 'RESET_CODE_INVALID');
    while ((await told()).length === 1);
    await reset(who.username, code);
    const events = await told();
    expect(events.map(({ customerId, origin }) => [customerId, origin?.partyId])).to.deep.equal([
      [who.customerId, who.customerId],
      [who.customerId, who.customerId],
    ]);
  });

  it('takes as long for nobody as for a wrong code', async () => {
    const who = await anEnrolledCustomer(bank);
    await aResetCode(bank, who);
    const cost = async (username: string) => {
      const before = process.cpuUsage();
      await refused(reset(username, 'AAAA-AAAA-AAAA'), 'RESET_CODE_INVALID');
      const { user, system } = process.cpuUsage(before);
      return user + system;
    };
    const ratios = [];
    for (let turn = 0; turn < 5; turn += 1) {
      ratios.push((await cost(unique('nobody'))) / (await cost(who.username)));
    }
    expect(ratios.toSorted((a, b) => a - b)[2]).to.be.within(0.5, 2);
  });

  it('refuses a password that does not fit, and leaves the code good', async () => {
    const who = await anEnrolledCustomer(bank);
    const code = await aResetCode(bank, who);
    await refused(reset(who.username, code, { newPassword: 'tjqmzxwy' }), 'PASSWORD_UNFIT');
    await refused(reset(who.username, code, { newPassword: 'qwerty123456789' }), 'PASSWORD_COMMON');
    await reset(who.username, code);
  });

  it('leaves the second factor: the next login asks for it, and 8 characters will do', async () => {
    const who = await aCustomerWithApp(bank);
    const password = 'tjqmzxwy';
    await reset(who.username, await aResetCode(bank, who), { newPassword: password });
    const { username } = who;
    await refused(logIn(bank, { username, password }), 'SECOND_FACTOR_REQUIRED');
    await logIn(bank, { username, password, secondFactorCode: appCode(who.secret, 1) });
  });
});
