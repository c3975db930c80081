import { expect } from 'chai';
import type { Refusal } from '#chassis/errors.ts';
import { refused, useService } from '#chassis/testing/service.ts';
import { tokenVerifier } from '#chassis/tokens.ts';
import { Audience } from '#gen/bank/options/v1/options_pb.ts';
import { security } from '../service.ts';
import { anEnrolledCustomer, eventsOf, expectNowhere, logIn, PASSWORD, unique } from '../testing.ts';

describe('LogIn', () => {
  const bank = useService(security);
  const failuresOf = async (customerId: string) => {
    const [row] = await bank.database.query<{ failures: number }>(
      'select failures from credential where customer_id = $1',
      [customerId],
    );
    return row?.failures;
  };

  it('starts a session with tokens of the customer, of which nothing is kept', async () => {
    const { customerId, username } = await anEnrolledCustomer(bank);
    const tokens = await logIn(bank, { username: username.toUpperCase() });
    const verified = await tokenVerifier(bank.issuer.publicKey, 'edge')(`Bearer ${tokens.accessToken}`);
    expect(verified.principal).to.include({ audience: Audience.CHANNEL, partyId: customerId });
    expect(verified.principal?.sessionId).to.equal(tokens.sessionId);
    expect(verified.expires * 1_000 - Date.now()).to.be.within(290_000, 300_000);
    expect(await eventsOf(bank.database, tokens.sessionId)).to.deep.equal(['SessionStarted 1']);
    await expectNowhere(bank.database, [tokens.accessToken, tokens.refreshToken, PASSWORD, username]);
  });

  it('answers once: a repeat is refused, and starts no other session', async () => {
    const { customerId, username } = await anEnrolledCustomer(bank);
    const requestId = unique('login');
    await logIn(bank, { requestId, username });
    await refused(logIn(bank, { requestId, username }), 'ANSWER_NOT_KEPT');
    const sessions = await bank.database.query('select from session where party_id = $1', [customerId]);
    expect(sessions).to.have.length(1);
    expect(await failuresOf(customerId)).to.equal(0);
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
    expect(await failuresOf(customerId)).to.be.within(3, 5);
    await bank.database.query(
      "update credential set next_try_time = now() + interval '1 hour' where customer_id = $1",
      [customerId],
    );
    await refused(logIn(bank, { username }), 'LOGIN_REFUSED');
  });

  it('is not locked or made to wait longer by tries that come too early', async () => {
    const { customerId, username } = await anEnrolledCustomer(bank);
    const row = 'select failures, next_try_time::text as until from credential where customer_id = $1';
    await bank.database.query(
      "update credential set failures = 98, next_try_time = now() + interval '1 hour' where customer_id = $1",
      [customerId],
    );
    const before = await bank.database.query(row, [customerId]);
    for (const password of ['one', 'two', 'three']) await refused(logIn(bank, { username, password }), 'LOGIN_REFUSED');
    expect(await bank.database.query(row, [customerId])).to.deep.equal(before);
    await bank.database.query('update credential set next_try_time = now() where customer_id = $1', [customerId]);
    await logIn(bank, { username });
  });

  it('lets in who has waited, and forgets the failures then; after a hundred, nobody', async () => {
    const { customerId, username } = await anEnrolledCustomer(bank);
    const failed = (failures: number) =>
      bank.database.query('update credential set failures = $2, next_try_time = now() where customer_id = $1', [
        customerId,
        failures,
      ]);
    await failed(99);
    await logIn(bank, { username });
    expect(await failuresOf(customerId)).to.equal(0);
    await failed(100);
    await refused(logIn(bank, { username }), 'LOGIN_REFUSED');
  });

  it('answers no tokens when it is only tried, and counts it nevertheless', async () => {
    const { customerId, username } = await anEnrolledCustomer(bank);
    const login = { username, password: PASSWORD, validateOnly: true };
    const tried = await bank.asPrincipal(undefined).logIn({ requestId: unique('login'), ...login });
    expect(tried.tokens).to.equal(undefined);
    expect(await failuresOf(customerId)).to.equal(1);
    expect(await bank.database.query('select from session where party_id = $1', [customerId])).to.have.length(0);
  });
});
