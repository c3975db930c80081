import { expect } from 'chai';
import { eventsOf } from '#chassis/testing/events.ts';
import { refused, useService } from '#chassis/testing/service.ts';
import { StaffRole } from '#gen/bank/options/v1/options_pb.ts';
import { security } from '../service.ts';
import {
  anEnrolledCustomer,
  anEnrolledStaffMember,
  appCode,
  expectNowhere,
  logIn,
  unique,
  verifyToken,
} from '../testing.ts';

describe('RefreshSession', () => {
  const bank = useService(security);
  const refresh = (refreshToken: string, validateOnly = false) =>
    bank.asPrincipal(undefined).refreshSession({ requestId: unique('refresh'), refreshToken, validateOnly });

  async function loggedIn() {
    const { username } = await anEnrolledCustomer(bank);
    return logIn(bank, { username });
  }

  it('rotates the tokens of the session', async () => {
    const first = await loggedIn();
    const { tokens: second } = await refresh(first.refreshToken);
    expect(second?.sessionId).to.equal(first.sessionId);
    expect(second?.refreshToken).to.not.equal(first.refreshToken);
    const { tokens: third } = await refresh(second?.refreshToken ?? '');
    await expectNowhere(bank.database, [third?.refreshToken ?? '', third?.accessToken ?? '']);
  });

  it('revokes the session for a token that was used before, the newest one too', async () => {
    const first = await loggedIn();
    const { tokens: second } = await refresh(first.refreshToken);
    await refused(refresh(first.refreshToken), 'SESSION_ENDED');
    await refused(refresh(second?.refreshToken ?? ''), 'SESSION_ENDED');
    expect(await eventsOf(bank.database, first.sessionId)).to.deep.equal(['SessionStarted 1', 'SessionRevoked 2']);
  });

  it('rotates once for two at the same time, and ends the session for the other', async () => {
    const { refreshToken, sessionId } = await loggedIn();
    const both = await Promise.allSettled([refresh(refreshToken), refresh(refreshToken)]);
    expect(both.filter(({ status }) => status === 'fulfilled')).to.have.length(1);
    expect(await eventsOf(bank.database, sessionId)).to.include('SessionRevoked 2');
  });

  it('changes nothing when it is only tried', async () => {
    const { refreshToken } = await loggedIn();
    expect((await refresh(refreshToken, true)).tokens).to.equal(undefined);
    await refresh(refreshToken);
    await refused(refresh(refreshToken, true), 'SESSION_ENDED');
  });

  it('refuses a token that is unknown, and one whose session has expired', async () => {
    await refused(refresh('unknown'), 'SESSION_ENDED');
    const { refreshToken, sessionId } = await loggedIn();
    await bank.database.query('update session set expire_time = now() where id = $1', [sessionId]);
    await refused(refresh(refreshToken), 'SESSION_ENDED');
  });

  it('refuses a token that nobody has used for half an hour, and revokes for one that was used before nevertheless', async () => {
    const { refreshToken, sessionId } = await loggedIn();
    const [kept] = await bank.database.query<{ minutes: number }>(
      `select extract(epoch from expire_time - now())::float8 / 60 as minutes from refresh_token where session_id = $1`,
      [sessionId],
    );
    expect(kept?.minutes).to.be.within(29, 30);
    const { tokens } = await refresh(refreshToken);
    await bank.database.query('update refresh_token set expire_time = now() where session_id = $1', [sessionId]);
    await refused(refresh(tokens?.refreshToken ?? ''), 'SESSION_ENDED');
    expect(await eventsOf(bank.database, sessionId)).to.deep.equal(['SessionStarted 1']);
    await refused(refresh(refreshToken), 'SESSION_ENDED');
    expect(await eventsOf(bank.database, sessionId)).to.deep.equal(['SessionStarted 1', 'SessionRevoked 2']);
  });

  it('answers a member of staff tokens of what they may be', async () => {
    const { username, secret } = await anEnrolledStaffMember(bank, 'TREASURY');
    const { refreshToken } = await logIn(bank, { username, secondFactorCode: appCode(secret) });
    const { tokens } = await refresh(refreshToken);
    const { principal } = await verifyToken(bank, tokens?.accessToken);
    expect(principal?.roles).to.deep.equal([StaffRole.TREASURY]);
  });
});
