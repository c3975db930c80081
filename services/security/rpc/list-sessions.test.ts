import { create } from '@bufbuild/protobuf';
import { timestampDate } from '@bufbuild/protobuf/wkt';
import { expect } from 'chai';
import { partner, refused, staff, useService } from '#chassis/testing/service.ts';
import { ActorSchema } from '#gen/bank/type/v1/actor_pb.ts';
import { security } from '../service.ts';
import { anEnrolledCustomer, anEnrolledStaffMember, appCode, inSession, logIn, unique } from '../testing.ts';

describe('ListSessions', () => {
  const bank = useService(security);

  async function threeSessions() {
    const { customerId, username } = await anEnrolledCustomer(bank);
    const ids: string[] = [];
    for (let turn = 0; turn < 3; turn += 1) ids.unshift((await logIn(bank, { username })).sessionId);
    return { customerId, ids };
  }

  it('lists to a customer their own sessions, newest first, and which one they are in', async () => {
    const [jana, petr] = [await threeSessions(), await threeSessions()];
    const [, second = ''] = jana.ids;
    const { sessions, nextPageToken } = await inSession(bank, jana.customerId, second).listSessions({});
    expect(sessions.map(({ sessionId }) => sessionId)).to.deep.equal(jana.ids);
    expect(sessions.map(({ isCurrent }) => isCurrent)).to.deep.equal([false, true, false]);
    expect(nextPageToken).to.equal('');
    for (const { startTime, expireTime } of sessions) {
      if (!startTime || !expireTime) throw new Error('a session without its times');
      expect(timestampDate(startTime).getTime()).to.be.closeTo(Date.now(), 60_000);
      expect(timestampDate(expireTime).getTime() - timestampDate(startTime).getTime()).to.equal(12 * 3_600_000);
    }
    const [other = ''] = petr.ids;
    const foreign = await inSession(bank, petr.customerId, other).listSessions({});
    expect(foreign.sessions.map(({ sessionId }) => sessionId)).to.deep.equal(petr.ids);
  });

  it('leaves out what is over, revoked, expired or not used for long', async () => {
    const { customerId, ids } = await threeSessions();
    const [newest = '', second = '', oldest = ''] = ids;
    const client = inSession(bank, customerId, newest);
    await client.revokeSession({ requestId: unique('revoke'), sessionId: second });
    await bank.database.query('update session set expire_time = now() where id = $1', [oldest]);
    expect((await client.listSessions({})).sessions.map(({ sessionId }) => sessionId)).to.deep.equal([newest]);
    await bank.database.query('update refresh_token set expire_time = now() where session_id = $1', [newest]);
    expect((await client.listSessions({})).sessions).to.deep.equal([]);
  });

  it('goes on from page to page', async () => {
    const { customerId, ids } = await threeSessions();
    const client = inSession(bank, customerId, '');
    const first = await client.listSessions({ pageSize: 2 });
    const second = await client.listSessions({ pageSize: 2, pageToken: first.nextPageToken });
    expect([...first.sessions, ...second.sessions].map(({ sessionId }) => sessionId)).to.deep.equal(ids);
    expect(second.nextPageToken).to.equal('');
    await refused(client.listSessions({ pageToken: 'made-up' }), 'PAGE_TOKEN_INVALID');
  });

  it('lists to a member of staff their own as well, and is not for partners', async () => {
    const { staffId, username, secret } = await anEnrolledStaffMember(bank, 'TELLER');
    const { sessionId } = await logIn(bank, { username, secondFactorCode: appCode(secret) });
    const oneself = bank.asPrincipal(create(ActorSchema, { ...staff('TELLER'), partyId: staffId }));
    const { sessions } = await oneself.listSessions({});
    expect(sessions.map((session) => session.sessionId)).to.deep.equal([sessionId]);
    await refused(bank.asPrincipal(partner('ptn_acme')).listSessions({}), 'CALLER_NOT_ALLOWED');
  });
});
