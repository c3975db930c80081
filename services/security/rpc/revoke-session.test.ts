import { expect } from 'chai';
import { eventsOf } from '#chassis/testing/events.ts';
import { refused, useService } from '#chassis/testing/service.ts';
import { security } from '../service.ts';
import { anEnrolledCustomer, inSession, logIn, refresh, unique } from '../testing.ts';

describe('RevokeSession', () => {
  const bank = useService(security);

  it('ends another session of the caller, and that one only', async () => {
    const { customerId, username } = await anEnrolledCustomer(bank);
    const [here, there] = [await logIn(bank, { username }), await logIn(bank, { username })];
    const order = { requestId: unique('revoke'), sessionId: there.sessionId };
    const client = inSession(bank, customerId, here.sessionId);
    const answer = await client.revokeSession(order);
    expect(await client.revokeSession(order)).to.deep.equal(answer);
    await refused(refresh(bank, there.refreshToken), 'SESSION_ENDED');
    await refresh(bank, here.refreshToken);
    expect(await eventsOf(bank.database, there.sessionId)).to.deep.equal(['SessionStarted 1', 'SessionRevoked 2']);
    expect(await eventsOf(bank.database, here.sessionId)).to.deep.equal(['SessionStarted 1']);
  });

  it('says the same of a session that is unknown, of somebody else’s, and of one that is over; and changes nothing', async () => {
    const [jana, petr] = [await anEnrolledCustomer(bank), await anEnrolledCustomer(bank)];
    const mine = await logIn(bank, { username: jana.username });
    const foreign = await logIn(bank, { username: petr.username });
    const client = inSession(bank, jana.customerId, mine.sessionId);
    const told = async (sessionId: string) => {
      const order = { requestId: unique('revoke'), sessionId };
      const { code, message, metadata } = await refused(client.revokeSession(order), 'SESSION_NOT_FOUND');
      return { code, message, metadata };
    };
    const unknown = await told('ses_none');
    expect(await told(foreign.sessionId)).to.deep.equal(unknown);
    await refresh(bank, foreign.refreshToken);
    await client.revokeSession({ requestId: unique('revoke'), sessionId: mine.sessionId });
    expect(await told(mine.sessionId)).to.deep.equal(unknown);
  });

  it('changes nothing when it is only tried', async () => {
    const { customerId, username } = await anEnrolledCustomer(bank);
    const { sessionId, refreshToken } = await logIn(bank, { username });
    const order = { requestId: unique('revoke'), sessionId, validateOnly: true };
    await inSession(bank, customerId, sessionId).revokeSession(order);
    await refresh(bank, refreshToken);
    expect(await eventsOf(bank.database, sessionId)).to.deep.equal(['SessionStarted 1']);
  });
});
