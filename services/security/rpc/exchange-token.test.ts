import { expect } from 'chai';
import { makeLog } from '#chassis/log.ts';
import { customer, refused, staff, useService } from '#chassis/testing/service.ts';
import { tokenVerifier } from '#chassis/tokens.ts';
import { keysAtSecurity } from '#chassis/verification-keys.ts';
import { security } from '../service.ts';
import { anEnrolledCustomer, logIn, unique } from '../testing.ts';

describe('ExchangeToken', () => {
  const bank = useService(security);
  const exchange = (subjectToken: string, audience = 'ledger') =>
    bank.as('edge').exchangeToken({ subjectToken, audience });

  async function loggedIn() {
    const { customerId, username } = await anEnrolledCustomer(bank);
    return { customerId, ...(await logIn(bank, { username })) };
  }

  it('answers a token of a minute, for one service, in the name of whoever logged in', async () => {
    const { customerId, sessionId, accessToken } = await loggedIn();
    const { internalToken, internalSeconds } = await exchange(accessToken);
    expect(internalSeconds).to.equal(60);
    const keys = keysAtSecurity(bank.as('edge'), makeLog('test', 'silent'));
    const { workload, principal, expires } = await tokenVerifier(keys.find, 'ledger')(`Bearer ${internalToken}`);
    expect([workload, principal.partyId, principal.sessionId]).to.deep.equal(['edge', customerId, sessionId]);
    expect(expires - Date.now() / 1000).to.be.within(55, 61);
    await refused(tokenVerifier(keys.find, 'account')(`Bearer ${internalToken}`), 'TOKEN_INVALID');
  });

  it('refuses a session that was logged out of', async () => {
    const { customerId, sessionId, accessToken } = await loggedIn();
    const session = bank.asPrincipal({ ...customer(customerId), sessionId });
    await session.logOut({ requestId: unique('out') });
    await refused(exchange(accessToken), 'SESSION_ENDED');
  });

  it('refuses a session of which a refresh token was shown twice', async () => {
    const { accessToken, refreshToken } = await loggedIn();
    const refresh = () => bank.asPrincipal(undefined).refreshSession({ requestId: unique('refresh'), refreshToken });
    const { tokens } = await refresh();
    await exchange(tokens?.accessToken ?? '');
    await refused(refresh(), 'SESSION_ENDED');
    for (const token of [accessToken, tokens?.accessToken ?? '']) await refused(exchange(token), 'SESSION_ENDED');
  });

  it('refuses a session that has lasted as long as one may, among others that go on', async () => {
    const [over, on] = [await loggedIn(), await loggedIn()];
    await bank.database.query('update session set expire_time = now() where id = $1', [over.sessionId]);
    const answers = await Promise.allSettled([over, on, over].map(({ accessToken }) => exchange(accessToken)));
    expect(answers.map(({ status }) => status)).to.deep.equal(['rejected', 'fulfilled', 'rejected']);
    await refused(exchange(over.accessToken), 'SESSION_ENDED');
  });

  it('refuses what is no token for the edge, or no longer', async () => {
    const { accessToken } = await loggedIn();
    const { internalToken } = await exchange(accessToken);
    const expired = await bank.issuer.principalToken(customer('cus_1'), -1);
    for (const bad of ['garbage', 'a.b.c', internalToken, expired, accessToken.slice(0, -2)]) {
      await refused(exchange(bad), 'TOKEN_INVALID');
    }
    await refused(exchange(''), 'REQUEST_INVALID');
    await refused(exchange(accessToken, 'LEDGER 1'), 'REQUEST_INVALID');
  });

  it('exchanges what the development issuer gave to anybody, in development', async () => {
    const teller = await bank.issuer.principalToken(staff('TELLER'), 60);
    expect((await exchange(teller)).internalToken).to.match(/^ey/);
  });

  it('is for the edge alone', async () => {
    const { accessToken: subjectToken } = await loggedIn();
    await refused(bank.as('account').exchangeToken({ subjectToken, audience: 'ledger' }), 'CALLER_NOT_ALLOWED');
  });
});

describe('ExchangeToken outside development', () => {
  const bank = useService(security, { environment: { BANK_ENVIRONMENT: 'sandbox' } });

  it('takes nothing that the development issuer signed', async () => {
    const subjectToken = await bank.issuer.principalToken(staff('TELLER'), 60);
    await refused(bank.as('edge').exchangeToken({ subjectToken, audience: 'ledger' }), 'TOKEN_INVALID');
    const forged = bank.asPrincipal(staff('TELLER'));
    await refused(forged.issueEnrolmentCode({ requestId: unique('code'), customerId: 'cus_1' }), 'TOKEN_INVALID');
  });
});
