import { expect } from 'chai';
import { publishedOf } from '#chassis/testing/events.ts';
import { refused, staff, useService } from '#chassis/testing/service.ts';
import { LoginReason } from '#gen/bank/security/v1/scoring_pb.ts';
import {
  LoginHeldForReviewSchema,
  LoginRefusedSchema,
  SessionStartedSchema,
} from '#gen/bank/security/v1/security_events_pb.ts';
import { security } from './service.ts';
import {
  aCode,
  aCustomerWithApp,
  anEnrolledCustomer,
  anEnrolledStaffMember,
  aPasskey,
  appCode,
  expectNowhere,
  failuresOf,
  PASSWORD,
  passkeyLogin,
  toldOf,
  unique,
} from './testing.ts';
import { ABROAD, aStrangeLogin, failTries, HOME, logInFrom } from './testing-logins.ts';

describe('A login that looks like somebody else’s', () => {
  const bank = useService(security);
  const { NEW_DEVICE, FAILED_TRIES, ADDRESS_FAILURES, DORMANT } = LoginReason;
  const reviewsOf = (partyId: string) =>
    bank.database.query<{ state: string; reasons: string[]; score: number }>(
      'select state, reasons, score from login_review where party_id = $1',
      [partyId],
    );
  const lookOf = async (sessionId = '') => {
    const [row] = await bank.database.query<{ reasons: string[]; score: number; version: number }>(
      'select reasons, score, policy_version as version from session where id = $1',
      [sessionId],
    );
    return row;
  };

  it('is let in with one reason, which is kept with the session', async () => {
    const { username } = await anEnrolledCustomer(bank);
    const first = await logInFrom(bank, HOME, { username });
    expect(await lookOf(first?.sessionId)).to.deep.equal({ reasons: [], score: 0, version: 0 });
    const other = await logInFrom(bank, ABROAD, { username });
    expect(await lookOf(other?.sessionId)).to.deep.equal({ reasons: ['NEW_DEVICE'], score: 30, version: 0 });
    const again = await logInFrom(bank, ABROAD, { username });
    expect(await lookOf(again?.sessionId)).to.deep.equal({ reasons: [], score: 0, version: 0 });
    const untold = await logInFrom(bank, { ...ABROAD, userAgent: '' }, { username });
    expect((await lookOf(untold?.sessionId))?.reasons).to.deep.equal(['NEW_DEVICE']);
  });

  it('is told as one with a new device, whatever the policy makes of that', async () => {
    const { username, customerId } = await anEnrolledCustomer(bank);
    const froms = [HOME, HOME, ABROAD, ABROAD, { ...ABROAD, userAgent: '' }, HOME];
    for (const from of froms) await logInFrom(bank, from, { username });
    const told = (await publishedOf(bank.database, SessionStartedSchema)).filter(
      ({ partyId }) => partyId === customerId,
    );
    expect(told.map(({ newDevice }) => newDevice)).to.deep.equal([false, false, true, false, true, false]);
  });

  it('is held where it needs a second factor and there is none: once, however often it is tried, and counted never', async () => {
    const { customerId, username } = await aStrangeLogin(bank);
    await refused(logInFrom(bank, ABROAD, { username, validateOnly: true }), 'LOGIN_HELD');
    expect(await reviewsOf(customerId)).to.deep.equal([]);
    await failTries(bank, customerId, 3);
    const tries = await Promise.allSettled([1, 2, 3].map(() => logInFrom(bank, ABROAD, { username })));
    expect(tries.every(({ status }) => status === 'rejected')).to.equal(true);
    await failTries(bank, customerId, 3);
    await refused(logInFrom(bank, ABROAD, { username }), 'LOGIN_HELD');
    expect(await failuresOf(bank.database, customerId)).to.equal(3);
    const reasons = ['NEW_DEVICE', 'FAILED_TRIES'];
    expect(await reviewsOf(customerId)).to.deep.equal([{ state: 'open', reasons, score: 55 }]);
    const [event] = await toldOf(bank.database, LoginHeldForReviewSchema, customerId);
    expect(event).to.deep.include({ customerId, score: 55, reasons: [NEW_DEVICE, FAILED_TRIES] });
    expect(event?.origin?.partyId).to.equal(customerId);
    await expectNowhere(bank.database, [ABROAD.address, ABROAD.userAgent]);
    // From home it is as ever.
    await logInFrom(bank, HOME, { username });
  });

  it('fills no queue: of devices without end, ten are looked at', async () => {
    const { customerId, username } = await aStrangeLogin(bank);
    for (let turn = 1; turn <= 12; turn += 1) {
      await refused(logInFrom(bank, { ...ABROAD, userAgent: `Opera ${turn}` }, { username }), 'LOGIN_HELD');
      await failTries(bank, customerId, 3);
    }
    expect(await reviewsOf(customerId)).to.have.length(10);
  });

  it('is told to nobody without the password', async () => {
    const { username } = await aStrangeLogin(bank);
    await refused(logInFrom(bank, ABROAD, { username, password: 'wrong' }), 'LOGIN_REFUSED');
  });

  it('passes with the code of an app, and asks who has a passkey for that', async () => {
    const { customerId, username, secret } = await aCustomerWithApp(bank);
    await logInFrom(bank, HOME, { username, secondFactorCode: appCode(secret, 1) });
    await failTries(bank, customerId, 3);
    const { customerId: other, username: others } = await aStrangeLogin(bank);
    const passkey = await aPasskey(bank, other);
    await failTries(bank, other, 3);
    await refused(logInFrom(bank, ABROAD, { username: others }), 'SECOND_FACTOR_REQUIRED');
    expect([await failuresOf(bank.database, other), await reviewsOf(other)]).to.deep.equal([3, []]);
    const origin = { sessionId: '', ...ABROAD };
    const login = { requestId: unique('login'), responseJson: passkey.use(await passkeyLogin(bank)) };
    const { tokens } = await bank.asPrincipal(undefined, { origin }).logInWithPasskey(login);
    expect(await lookOf(tokens?.sessionId)).to.deep.include({ reasons: ['NEW_DEVICE', 'FAILED_TRIES'], score: 55 });
  });

  it('is held from a network of many refused logins, and refused when its owner was away for long, as by a wrong password', async () => {
    const { customerId, username } = await aStrangeLogin(bank);
    const counted = async () => {
      const statement = 'select coalesce(sum(failures), 0)::int as refused from login_address_hour';
      return (await bank.database.query<{ refused: number }>(statement))[0]?.refused ?? 0;
    };
    const before = await counted();
    const NETWORK = '2001:db8:1:2';
    for (let host = 1; host <= 20; host += 1) {
      const from = { userAgent: 'curl', address: `${NETWORK}::${host}` };
      await refused(logInFrom(bank, from, { username: unique('nobody') }), 'LOGIN_REFUSED');
    }
    while ((await counted()) < before + 20);
    const there = { ...ABROAD, address: `${NETWORK}:a::` };
    await refused(logInFrom(bank, there, { username }), 'LOGIN_HELD');
    expect((await reviewsOf(customerId))[0]?.reasons.at(-1)).to.equal('ADDRESS_FAILURES');
    await bank.database.query(`update login_usage set last_time = now() - interval '200 days' where party_id = $1`, [
      customerId,
    ]);
    const told = await refused(logInFrom(bank, there, { username }), 'LOGIN_REFUSED');
    expect(await failuresOf(bank.database, customerId)).to.equal(4);
    const events = () => toldOf(bank.database, LoginRefusedSchema, customerId);
    while ((await events()).length === 0);
    const reasons = [NEW_DEVICE, FAILED_TRIES, ADDRESS_FAILURES, DORMANT];
    expect((await events()).map((event) => event.reasons)).to.deep.equal([reasons]);
    const wrong = await refused(logInFrom(bank, HOME, { username, password: 'wrong' }), 'LOGIN_REFUSED');
    expect([told.code, told.message, told.metadata]).to.deep.equal([wrong.code, wrong.message, wrong.metadata]);
  });

  it('is no more so once its owner was identified anew', async () => {
    const { customerId, username } = await aStrangeLogin(bank);
    await bank.database.query(`update login_usage set last_time = now() - interval '200 days' where party_id = $1`, [
      customerId,
    ]);
    const order = { requestId: unique('register'), enrolmentCode: await aCode(bank, customerId), username };
    await bank.asPrincipal(undefined).registerCredentials({ ...order, password: PASSWORD });
    const session = await logInFrom(bank, ABROAD, { username });
    expect((await lookOf(session?.sessionId))?.reasons).to.deep.equal(['NEW_DEVICE']);
  });

  it('is known of staff, who always have a second factor', async () => {
    const { staffId, username, secret } = await anEnrolledStaffMember(bank, 'TELLER');
    await logInFrom(bank, HOME, { username, secondFactorCode: appCode(secret) });
    await failTries(bank, staffId, 3);
    const session = await logInFrom(bank, ABROAD, { username, secondFactorCode: appCode(secret, 1) });
    expect((await lookOf(session?.sessionId))?.reasons).to.deep.equal(['NEW_DEVICE', 'FAILED_TRIES']);
  });

  it('is judged by the policy in force', async () => {
    const { username } = await anEnrolledCustomer(bank);
    await logInFrom(bank, HOME, { username });
    const officer = bank.asPrincipal(staff('COMPLIANCE'));
    const { policy, version } = await officer.getScoringPolicy({});
    const set = async (baseVersion: number, refuseScore: number) => {
      const logins = { ...policy?.logins, secondFactorScore: 10, reviewScore: 20, refuseScore };
      const order = { requestId: unique('policy'), baseVersion, policy: { ...policy, logins } };
      await officer.setScoringPolicy(order as Parameters<typeof officer.setScoringPolicy>[0]);
    };
    await set(version, 30);
    await refused(logInFrom(bank, ABROAD, { username }), 'LOGIN_REFUSED');
    await set(version + 1, 31);
    await refused(logInFrom(bank, ABROAD, { username }), 'LOGIN_HELD');
  });
});
