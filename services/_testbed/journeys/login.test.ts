// A customer who uses the bank with credentials of their own, and with no token but those that the bank gave them.
import { randomUUID } from 'node:crypto';
import type { JsonObject } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { refused } from '#chassis/testing/clients.ts';
import { type Counter, counter, money, TELLER, textAt } from './counter.ts';
import { type Door, PROTOCOLS, type RpcName } from './doors.ts';
import { useJourney } from './journey.ts';

const PASSWORD = 'correct horse battery';

describe('A customer who logs in', function aCustomerWhoLogsIn() {
  this.timeout(60_000);
  const journey = useJourney();
  let door: Door;
  let at: Counter;

  before(() => {
    door = journey.door('gRPC');
    at = counter(door);
  });

  const publicly = (rpc: RpcName, request: JsonObject) =>
    door.callWith(undefined, rpc, { requestId: randomUUID(), ...request });
  const logIn = (username: string, password = PASSWORD) => publicly('security.LogIn', { username, password });
  const refresh = (refreshToken: string) => publicly('security.RefreshSession', { refreshToken });

  async function enrol(customerId: string): Promise<string> {
    const order = { requestId: randomUUID(), customerId };
    const issued = await door.call(TELLER, 'security.IssueEnrolmentCode', order);
    const username = `user-${randomUUID()}`;
    const enrolmentCode = textAt(issued, 'enrolmentCode');
    await publicly('security.RegisterCredentials', { enrolmentCode, username, password: PASSWORD });
    return username;
  }

  it('enrols with a code of staff, pays, refreshes, and loses the session to a refresh token shown twice', async () => {
    const jana = await at.personWithAccount('Jana');
    const petr = await at.personWithAccount('Petr');
    await at.deposit(jana.accountId, money('1000.00'));
    const first = await logIn(await enrol(jana.customerId));
    const pay = (accessToken: string, debtorAccountId: string, creditorAccountId: string) =>
      door.callWith(accessToken, 'transaction.TransferFunds', {
        requestId: randomUUID(),
        debtorAccountId,
        creditorAccountId,
        amount: money('10.00'),
      });
    await pay(textAt(first, 'tokens', 'accessToken'), jana.accountId, petr.accountId);
    const second = await refresh(textAt(first, 'tokens', 'refreshToken'));
    const renewed = textAt(second, 'tokens', 'accessToken');
    await pay(renewed, jana.accountId, petr.accountId);
    expect(await at.booked(petr.accountId)).to.equal('20.00');
    await refused(pay(renewed, petr.accountId, jana.accountId), 'ACCOUNT_NOT_FOUND');
    await refused(refresh(textAt(first, 'tokens', 'refreshToken')), 'SESSION_ENDED');
    await refused(refresh(textAt(second, 'tokens', 'refreshToken')), 'SESSION_ENDED');
  });

  it('logs out over each protocol, and can refresh no more', async () => {
    const username = await enrol(await at.person('Jana', 'Novotna'));
    for (const protocol of PROTOCOLS) {
      const session = await logIn(username);
      const order = { requestId: randomUUID() };
      await journey.door(protocol).callWith(textAt(session, 'tokens', 'accessToken'), 'security.LogOut', order);
      await refused(refresh(textAt(session, 'tokens', 'refreshToken')), 'SESSION_ENDED');
    }
  });

  it('sees over each protocol where they are logged in, and ends the session that they do not know', async () => {
    const username = await enrol(await at.person('Jana', 'Novotna'));
    for (const protocol of PROTOCOLS) {
      const [here, there] = [await logIn(username), await logIn(username)];
      const as = (rpc: RpcName, request: JsonObject) =>
        journey.door(protocol).callWith(textAt(here, 'tokens', 'accessToken'), rpc, request);
      const [newest, current] = (await as('security.ListSessions', {}))['sessions'] as JsonObject[];
      expect(current).to.include({ sessionId: textAt(here, 'tokens', 'sessionId'), isCurrent: true });
      await as('security.RevokeSession', { requestId: randomUUID(), sessionId: newest?.['sessionId'] ?? '' });
      await refused(refresh(textAt(there, 'tokens', 'refreshToken')), 'SESSION_ENDED');
      await refresh(textAt(here, 'tokens', 'refreshToken'));
    }
  });

  it('has to wait after three wrong passwords, even with the right one', async () => {
    const username = await enrol(await at.person('Jana', 'Novotna'));
    for (const wrong of ['one', 'two', 'three']) await refused(logIn(username, wrong), 'LOGIN_REFUSED');
    await refused(logIn(username), 'LOGIN_REFUSED');
  });
});
