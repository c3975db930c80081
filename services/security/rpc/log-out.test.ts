import { expect } from 'chai';
import { eventsOf } from '#chassis/testing/events.ts';
import { partner, refused, useService } from '#chassis/testing/service.ts';
import { security } from '../service.ts';
import { anEnrolledCustomer, inSession, logIn, refresh, unique } from '../testing.ts';

describe('LogOut', () => {
  const bank = useService(security);
  const as = (partyId: string, sessionId: string) => inSession(bank, partyId, sessionId);

  it('ends the session of the caller, and no other', async () => {
    const { customerId, username } = await anEnrolledCustomer(bank);
    const [here, there] = [await logIn(bank, { username }), await logIn(bank, { username })];
    const order = { requestId: unique('out') };
    const answer = await as(customerId, here.sessionId).logOut(order);
    expect(await as(customerId, here.sessionId).logOut(order)).to.deep.equal(answer);
    await refused(refresh(bank, here.refreshToken), 'SESSION_ENDED');
    await refresh(bank, there.refreshToken);
    expect(await eventsOf(bank.database, here.sessionId)).to.deep.equal(['SessionStarted 1', 'SessionRevoked 2']);
  });

  it('refuses a session that is over, or is not the caller’s', async () => {
    const { customerId, username } = await anEnrolledCustomer(bank);
    const { sessionId } = await logIn(bank, { username });
    await refused(as('cus_other', sessionId).logOut({ requestId: unique('out') }), 'SESSION_ENDED');
    await as(customerId, sessionId).logOut({ requestId: unique('out') });
    await refused(as(customerId, sessionId).logOut({ requestId: unique('out') }), 'SESSION_ENDED');
  });

  it('is for those who log in', async () => {
    await refused(bank.asPrincipal(partner('ptn_acme')).logOut({ requestId: unique('out') }), 'CALLER_NOT_ALLOWED');
  });
});
