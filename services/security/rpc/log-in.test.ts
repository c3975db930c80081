import { expect } from 'chai';
import type { Refusal } from '#chassis/errors.ts';
import { eventsOf } from '#chassis/testing/events.ts';
import { refused, staff, useService } from '#chassis/testing/service.ts';
import { Audience, StaffRole } from '#gen/bank/options/v1/options_pb.ts';
import { LoginRefusedSchema } from '#gen/bank/security/v1/security_events_pb.ts';
import { security } from '../service.ts';
import {
  aCustomerWithApp,
  anEnrolledCustomer,
  anEnrolledStaffMember,
  appCode,
  credentialOf,
  expectNowhere,
  failuresOf,
  logIn,
  PASSWORD,
  toldOf,
  unique,
  verifyToken,
} from '../testing.ts';

describe('LogIn', () => {
  const bank = useService(security);
  const failed = (customerId: string) => failuresOf(bank.database, customerId);

  it('starts a session with tokens of the customer, of which nothing is kept', async () => {
    const { customerId, username } = await anEnrolledCustomer(bank);
    const tokens = await logIn(bank, { username: username.toUpperCase() });
    const verified = await verifyToken(bank, tokens.accessToken);
    expect(verified.principal).to.include({ audience: Audience.CHANNEL, partyId: customerId });
    expect(verified.principal?.sessionId).to.equal(tokens.sessionId);
    expect(verified.expires * 1_000 - Date.now()).to.be.within(290_000, 300_000);
    expect(await eventsOf(bank.database, tokens.sessionId)).to.deep.equal(['SessionStarted 1']);
    await expectNowhere(bank.database, [tokens.accessToken, tokens.refreshToken, PASSWORD, username]);
  });

  it('tells who was merged into another so, each time that the password is right, and counts none of it as failed', async () => {
    const { customerId, username } = await anEnrolledCustomer(bank);
    await bank.database.query(`insert into merged_party values ('${customerId}', '${unique('cus_survivor')}')`);
    for (let times = 0; times < 6; times += 1) await refused(logIn(bank, { username }), 'CUSTOMER_MERGED');
    expect(await failed(customerId)).to.equal(0);
    await refused(logIn(bank, { username, password: 'wrong' }), 'LOGIN_REFUSED');
  });

  it('answers once: a repeat is refused, and starts no other session', async () => {
    const { customerId, username } = await anEnrolledCustomer(bank);
    const requestId = unique('login');
    await logIn(bank, { requestId, username });
    await refused(logIn(bank, { requestId, username }), 'ANSWER_NOT_KEPT');
    const sessions = await bank.database.query('select from session where party_id = $1', [customerId]);
    expect(sessions).to.have.length(1);
    expect(await failed(customerId)).to.equal(0);
  });

  it('says the same of a wrong password, an unknown username, and of one who is too early', async () => {
    const { username } = await anEnrolledCustomer(bank);
    const told = async (login: { username: string; password?: string }) => {
      const { code, message, metadata } = await refused(logIn(bank, login), 'LOGIN_REFUSED');
      return { code, message, metadata };
    };
    const wrong = await told({ username, password: 'wrong' });
    expect(await told({ username: 'nobody', password: 'wrong' })).to.deep.equal(wrong);
    for (const password of ['wrong too', 'and wrong again']) await told({ username, password });
    expect(await told({ username })).to.deep.equal(wrong);
  });

  it('takes as long for an unknown username as for a wrong password', async () => {
    const { username } = await anEnrolledCustomer(bank);
    const cost = async (login: { username: string }) => {
      const before = process.cpuUsage();
      await refused(logIn(bank, { ...login, password: 'wrong' }), 'LOGIN_REFUSED');
      const { user, system } = process.cpuUsage(before);
      return user + system;
    };
    const pairs = [];
    for (let turn = 0; turn < 5; turn += 1) {
      pairs.push((await cost({ username: unique('nobody') })) / (await cost({ username })));
    }
    expect(pairs.toSorted((a, b) => a - b)[2]).to.be.within(0.5, 2);
  });

  it('counts of 50 wrong passwords at once those that it looks at, and then lets not even the right one through', async () => {
    const { customerId, username } = await anEnrolledCustomer(bank);
    const tries = await Promise.allSettled(
      Array.from({ length: 50 }, (_, index) => logIn(bank, { username, password: `wrong ${index}` })),
    );
    const reasons = tries.map((one) => (one.status === 'rejected' ? (one.reason as Refusal).reason : 'let in'));
    expect(new Set(reasons)).to.deep.equal(new Set(['LOGIN_REFUSED']));
    // Three, and one more for each delay that passed on a slow machine.
    expect(await failed(customerId)).to.be.within(3, 5);
    await bank.database.query("update credential set next_try_time = now() + interval '1 hour' where party_id = $1", [
      customerId,
    ]);
    await refused(logIn(bank, { username }), 'LOGIN_REFUSED');
  });

  it('is not locked or made to wait longer by tries that come too early', async () => {
    const { customerId, username } = await anEnrolledCustomer(bank);
    const row = 'select failures, next_try_time::text as until from credential where party_id = $1';
    await bank.database.query(
      "update credential set failures = 98, next_try_time = now() + interval '1 hour' where party_id = $1",
      [customerId],
    );
    const before = await bank.database.query(row, [customerId]);
    for (const password of ['one', 'two', 'three']) await refused(logIn(bank, { username, password }), 'LOGIN_REFUSED');
    expect(await bank.database.query(row, [customerId])).to.deep.equal(before);
    await bank.database.query('update credential set next_try_time = now() where party_id = $1', [customerId]);
    await logIn(bank, { username });
  });

  it('lets in who has waited, and forgets the failures then; after a hundred, nobody', async () => {
    const { customerId, username } = await anEnrolledCustomer(bank);
    const setFailures = (failures: number) =>
      bank.database.query('update credential set failures = $2, next_try_time = now() where party_id = $1', [
        customerId,
        failures,
      ]);
    await setFailures(99);
    await logIn(bank, { username });
    expect(await failed(customerId)).to.equal(0);
    await setFailures(100);
    await refused(logIn(bank, { username }), 'LOGIN_REFUSED');
  });

  it('answers no tokens when it is only tried, and counts it nevertheless', async () => {
    const { customerId, username } = await anEnrolledCustomer(bank);
    const login = { username, password: PASSWORD, validateOnly: true };
    const tried = await bank.asPrincipal(undefined).logIn({ requestId: unique('login'), ...login });
    expect(tried.tokens).to.equal(undefined);
    expect(await failed(customerId)).to.equal(1);
    expect(await bank.database.query('select from session where party_id = $1', [customerId])).to.have.length(0);
  });

  it('tells of every login that is refused to a customer, and of none to nobody', async () => {
    const { customerId, username } = await anEnrolledCustomer(bank);
    await refused(logIn(bank, { username, password: 'another battery' }), 'LOGIN_REFUSED');
    await refused(logIn(bank, { username: unique('nobody') }), 'LOGIN_REFUSED');
    const told = () => toldOf(bank.database, LoginRefusedSchema, customerId);
    while ((await told()).length === 0);
    const [event] = await told();
    expect(event).to.include({ customerId, failures: 1, passkeyId: '' });
    expect(event?.origin?.partyId).to.equal(customerId);
    expect(await told()).to.have.length(1);
  });
});

describe('LogIn of a customer with an authenticator app', () => {
  const bank = useService(security);

  it('asks for a code once the password is right, and does not count that it asked', async () => {
    const { customerId, username, secret } = await aCustomerWithApp(bank);
    for (const _turn of [1, 2, 3, 4]) await refused(logIn(bank, { username }), 'SECOND_FACTOR_REQUIRED');
    expect(await failuresOf(bank.database, customerId)).to.equal(0);
    await refused(logIn(bank, { username, password: 'wrong' }), 'LOGIN_REFUSED');
    const tokens = await logIn(bank, { username, secondFactorCode: appCode(secret, 1) });
    expect(await eventsOf(bank.database, tokens.sessionId)).to.deep.equal(['SessionStarted 1']);
    expect(await failuresOf(bank.database, customerId)).to.equal(0);
  });

  it('takes a step once, and none before it', async () => {
    const { username, secret, code } = await aCustomerWithApp(bank);
    await refused(logIn(bank, { username, secondFactorCode: code }), 'LOGIN_REFUSED');
    await logIn(bank, { username, secondFactorCode: appCode(secret, 1) });
    await refused(logIn(bank, { username, secondFactorCode: appCode(secret) }), 'LOGIN_REFUSED');
  });

  it('lets one in of many with the same code at once', async () => {
    const { username, secret } = await aCustomerWithApp(bank);
    const secondFactorCode = appCode(secret, 1);
    const tries = await Promise.allSettled([1, 2, 3].map(() => logIn(bank, { username, secondFactorCode })));
    expect(tries.filter(({ status }) => status === 'fulfilled')).to.have.length(1);
  });

  it('counts wrong codes as wrong passwords', async () => {
    const { customerId, username, secret } = await aCustomerWithApp(bank);
    for (const secondFactorCode of ['000000', '12345', 'NONE-NONE-NONE']) {
      await refused(logIn(bank, { username, secondFactorCode }), 'LOGIN_REFUSED');
    }
    expect(await failuresOf(bank.database, customerId)).to.equal(3);
    await refused(logIn(bank, { username, secondFactorCode: appCode(secret, 1) }), 'LOGIN_REFUSED');
    await refused(logIn(bank, { username }), 'LOGIN_REFUSED');
  });

  it('takes each recovery code once, however it is typed, and no other customer’s', async () => {
    const { username, recoveryCodes } = await aCustomerWithApp(bank);
    const other = await aCustomerWithApp(bank);
    const [first = '', second = ''] = recoveryCodes;
    await refused(logIn(bank, { username: other.username, secondFactorCode: first }), 'LOGIN_REFUSED');
    await logIn(bank, { username, secondFactorCode: first.toLowerCase().replaceAll('-', ' ') });
    await refused(logIn(bank, { username, secondFactorCode: first }), 'LOGIN_REFUSED');
    await logIn(bank, { username, secondFactorCode: second });
  });
});

describe('LogIn of a member of staff', () => {
  const bank = useService(security);

  it('starts a session with tokens of their roles and branch', async () => {
    const { staffId, username, registered, secret } = await anEnrolledStaffMember(bank, 'TELLER', 'LOAN_OFFICER');
    expect(registered).to.include({ staffId, customerId: '' });
    const tokens = await logIn(bank, { username, secondFactorCode: appCode(secret) });
    const { principal } = await verifyToken(bank, tokens.accessToken);
    expect(principal).to.include({ audience: Audience.STAFF, partyId: staffId, branchId: 'brn_praha' });
    expect(principal?.roles).to.deep.equal([StaffRole.TELLER, StaffRole.LOAN_OFFICER]);
  });

  it('needs the code of their app, which counts from the first on, with recovery codes', async () => {
    const { staffId, username, secret } = await anEnrolledStaffMember(bank, 'TELLER');
    await refused(logIn(bank, { username }), 'SECOND_FACTOR_REQUIRED');
    expect(await failuresOf(bank.database, staffId)).to.equal(0);
    for (const secondFactorCode of ['000000', 'NONE-NONE-NONE']) {
      await refused(logIn(bank, { username, secondFactorCode }), 'LOGIN_REFUSED');
    }
    const login = { requestId: unique('login'), username, password: PASSWORD, secondFactorCode: appCode(secret) };
    const { tokens, recoveryCodes } = await bank.asPrincipal(undefined).logIn(login);
    expect(new Set(recoveryCodes)).to.have.property('size', 10);
    await expectNowhere(bank.database, [secret, ...recoveryCodes]);
    const credentialId = await credentialOf(bank.database, staffId);
    const events = await eventsOf(bank.database, credentialId);
    expect(events).to.deep.equal(['CredentialsRegistered 1', 'SecondFactorAdded 2']);
    await refused(logIn(bank, { username }), 'SECOND_FACTOR_REQUIRED');
    // A fresh one could be of the next half minute.
    await refused(logIn(bank, { username, secondFactorCode: login.secondFactorCode }), 'LOGIN_REFUSED');
    const again = { ...login, requestId: unique('login'), secondFactorCode: recoveryCodes[0] ?? '' };
    expect((await bank.asPrincipal(undefined).logIn(again)).recoveryCodes).to.deep.equal([]);
    expect(tokens?.sessionId).to.match(/^ses_/);
  });

  it('confirms the app for one of many with its first code at once, and for none who only try', async () => {
    const { username, secret } = await anEnrolledStaffMember(bank, 'TELLER');
    const secondFactorCode = appCode(secret);
    const tried = { requestId: unique('login'), username, password: PASSWORD, secondFactorCode, validateOnly: true };
    expect((await bank.asPrincipal(undefined).logIn(tried)).recoveryCodes).to.deep.equal([]);
    const logins = await Promise.allSettled([1, 2, 3].map(() => logIn(bank, { username, secondFactorCode })));
    expect(logins.filter(({ status }) => status === 'fulfilled')).to.have.length(1);
  });

  it('needs one also of who has no app at all', async () => {
    const { staffId, username, secret } = await anEnrolledStaffMember(bank, 'TELLER');
    await bank.database.query('delete from totp where party_id = $1', [staffId]);
    for (const secondFactorCode of ['', appCode(secret)]) {
      await refused(logIn(bank, { username, secondFactorCode }), 'SECOND_FACTOR_REQUIRED');
    }
  });

  it('is refused once they were deactivated', async () => {
    const { staffId, username, secret } = await anEnrolledStaffMember(bank, 'TELLER');
    const order = { requestId: unique('end'), staffId };
    await bank.asPrincipal(staff('ADMINISTRATOR')).deactivateStaffMember(order);
    await refused(logIn(bank, { username, secondFactorCode: appCode(secret) }), 'LOGIN_REFUSED');
    const told = () => toldOf(bank.database, LoginRefusedSchema, staffId);
    while ((await told()).length === 0);
    expect((await told()).map(({ customerId }) => customerId)).to.deep.equal(['']);
  });
});
