import { expect } from 'chai';
import { eventsOf } from '#chassis/testing/events.ts';
import { refused, staff, useService } from '#chassis/testing/service.ts';
import { security } from '../service.ts';
import { anEnrolledCustomer, anEnrolledStaffMember, appCode, inSession, logIn, refresh, unique } from '../testing.ts';

describe('RevokeSessions', () => {
  const bank = useService(security);

  it('ends all sessions of a customer, and nobody else’s; they can log in again', async () => {
    const [jana, petr] = [await anEnrolledCustomer(bank), await anEnrolledCustomer(bank)];
    const sessions = [await logIn(bank, { username: jana.username }), await logIn(bank, { username: jana.username })];
    const foreign = await logIn(bank, { username: petr.username });
    const order = { requestId: unique('revoke'), customerId: jana.customerId };
    const client = bank.asPrincipal(staff('COMPLIANCE'));
    expect((await client.revokeSessions(order)).revoked).to.equal(2);
    expect((await client.revokeSessions(order)).revoked).to.equal(2);
    for (const { sessionId, refreshToken } of sessions) {
      await refused(refresh(bank, refreshToken), 'SESSION_ENDED');
      expect(await eventsOf(bank.database, sessionId)).to.deep.equal(['SessionStarted 1', 'SessionRevoked 2']);
    }
    await refresh(bank, foreign.refreshToken);
    await refresh(bank, (await logIn(bank, { username: jana.username })).refreshToken);
  });

  it('finds nothing to revoke of a customer without sessions', async () => {
    const order = { requestId: unique('revoke'), customerId: unique('cus_none') };
    expect((await bank.asPrincipal(staff('ADMINISTRATOR')).revokeSessions(order)).revoked).to.equal(0);
  });

  it('ends none of a member of staff, who is no customer', async () => {
    const { staffId, username, secret } = await anEnrolledStaffMember(bank, 'TELLER');
    const { refreshToken } = await logIn(bank, { username, secondFactorCode: appCode(secret) });
    const order = { requestId: unique('revoke'), customerId: staffId };
    await refused(bank.asPrincipal(staff('COMPLIANCE')).revokeSessions(order), 'NO_CUSTOMER');
    await refresh(bank, refreshToken);
  });

  it('is for compliance and administrators', async () => {
    const { customerId, username } = await anEnrolledCustomer(bank);
    const { sessionId, refreshToken } = await logIn(bank, { username });
    const order = () => ({ requestId: unique('revoke'), customerId });
    await refused(bank.asPrincipal(staff('TELLER')).revokeSessions(order()), 'CALLER_NOT_ALLOWED');
    await refused(inSession(bank, customerId, sessionId).revokeSessions(order()), 'CALLER_NOT_ALLOWED');
    await refresh(bank, refreshToken);
  });
});
