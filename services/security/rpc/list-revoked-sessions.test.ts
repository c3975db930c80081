import { timestampMs } from '@bufbuild/protobuf/wkt';
import { expect } from 'chai';
import { customer, refused, useService } from '#chassis/testing/service.ts';
import { security } from '../service.ts';
import { anEnrolledCustomer, logIn, unique } from '../testing.ts';

describe('ListRevokedSessions', () => {
  const bank = useService(security);

  async function aRevokedSession(): Promise<string> {
    const { customerId, username } = await anEnrolledCustomer(bank);
    const { sessionId } = await logIn(bank, { username });
    await bank.asPrincipal({ ...customer(customerId), sessionId }).logOut({ requestId: unique('out') });
    return sessionId;
  }

  async function listed(pageSize = 0): Promise<string[]> {
    const ids: string[] = [];
    let pageToken = '';
    do {
      const page = await bank.as('edge').listRevokedSessions({ pageSize, pageToken });
      expect(page.sessions.length).to.be.at.most(pageSize || 100);
      ids.push(...page.sessions.map(({ sessionId }) => sessionId));
      pageToken = page.nextPageToken;
    } while (pageToken !== '');
    return ids;
  }

  it('lists those that were revoked, whole over pages, with when, and none that go on', async () => {
    const { username } = await anEnrolledCustomer(bank);
    const { sessionId: active } = await logIn(bank, { username });
    const revoked = [await aRevokedSession(), await aRevokedSession(), await aRevokedSession()];
    expect(await listed(2)).to.deep.equal(revoked.toSorted());
    expect(await listed()).not.to.include(active);
    const { sessions } = await bank.as('edge').listRevokedSessions({});
    for (const { revokeTime } of sessions) expect(Date.now() - timestampMs(revokeTime!)).to.be.within(-1_000, 10_000);
  });

  it('answers up to which event it has them all', async () => {
    const before = await bank.as('edge').listRevokedSessions({});
    await aRevokedSession();
    // Without NATS nothing numbers events: here the test does.
    await bank.database.query(
      `update outbox o set producer_sequence = n.number, previous_sequence = 0
       from (select event_id, row_number() over (order by event_id) as number from outbox) n where n.event_id = o.event_id`,
    );
    const [{ last } = { last: '' }] = await bank.database.query<{ last: string }>(
      `select count(*) as last from outbox`,
    );
    expect(before.producerSequence).to.equal('0');
    expect((await bank.as('edge').listRevokedSessions({})).producerSequence).to.equal(last);
  });

  it('forgets those of which every token is over', async () => {
    const [young, old] = [await aRevokedSession(), await aRevokedSession()];
    await bank.database.query(`update session set revoke_time = now() - interval '9 minutes' where id = $1`, [young]);
    await bank.database.query(`update session set revoke_time = now() - interval '11 minutes' where id = $1`, [old]);
    const ids = await listed();
    expect([ids.includes(young), ids.includes(old)]).to.deep.equal([true, false]);
  });

  it('is for the edge alone', async () => {
    await refused(bank.as('account').listRevokedSessions({}), 'CALLER_NOT_ALLOWED');
    await refused(bank.as('edge').listRevokedSessions({ pageToken: 'x' }), 'PAGE_TOKEN_INVALID');
  });
});
