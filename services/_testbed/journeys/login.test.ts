// A customer who uses the bank with credentials of their own, and with no token but those that the bank gave them.
import { randomUUID } from 'node:crypto';
import type { JsonObject } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { Secret, TOTP } from 'otpauth';
import { refused } from '#chassis/testing/clients.ts';
import { resetCodes } from '../../security/testing.ts';
import { authenticator } from '../../security/testing-authenticator.ts';
import { BACK_OFFICE, type Counter, counter, money, pending, TELLER, textAt, withApproval } from './counter.ts';
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

  /** The code that was sent to a customer, as notification is to read it from its event. */
  async function sentCode(customerId: string): Promise<string> {
    const { environment, database } = journey.bank();
    const security = { database: database('security'), dataDir: environment['DATA_DIR'] ?? '' };
    for (;;) {
      const [code] = await resetCodes(security, customerId);
      if (code) return code;
    }
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

  it('adds an authenticator app, and gets in with password and code only, once with each', async () => {
    const jana = await at.personWithAccount('Jana');
    const petr = await at.personWithAccount('Petr');
    await at.deposit(jana.accountId, money('1000.00'));
    const username = await enrol(jana.customerId);
    const token = textAt(await logIn(username), 'tokens', 'accessToken');
    const own = (rpc: RpcName, request: JsonObject) =>
      door.callWith(token, rpc, { requestId: randomUUID(), ...request });
    const secret = Secret.fromBase32(textAt(await own('security.EnrolTotp', { password: PASSWORD }), 'secret'));
    const code = TOTP.generate({ secret });
    const { recoveryCodes = [] } = await own('security.ConfirmTotp', { code });
    const withCode = (secondFactorCode: string) =>
      publicly('security.LogIn', { username, password: PASSWORD, secondFactorCode });
    await refused(logIn(username), 'SECOND_FACTOR_REQUIRED');
    await refused(withCode(code), 'LOGIN_REFUSED');
    const session = await withCode(TOTP.generate({ secret, timestamp: Date.now() + 30_000 }));
    const transfer = {
      requestId: randomUUID(),
      debtorAccountId: jana.accountId,
      creditorAccountId: petr.accountId,
      amount: money('10.00'),
    };
    await door.callWith(textAt(session, 'tokens', 'accessToken'), 'transaction.TransferFunds', transfer);
    expect(await at.booked(petr.accountId)).to.equal('10.00');
    await own('security.RemoveTotp', { password: PASSWORD, code: (recoveryCodes as string[])[0] ?? '' });
    await logIn(username);
  });

  it('changes the password, and sets another with a code that is sent when it is forgotten', async () => {
    const customerId = await at.person('Jana', 'Novotna');
    const username = await enrol(customerId);
    const [first, second] = ['another horse battery', 'a third horse battery'];
    const [here, there] = [await logIn(username), await logIn(username)];
    const change = { requestId: randomUUID(), username, password: PASSWORD, newPassword: first };
    await door.callWith(textAt(here, 'tokens', 'accessToken'), 'security.ChangePassword', change);
    await refused(refresh(textAt(there, 'tokens', 'refreshToken')), 'SESSION_ENDED');
    const session = await refresh(textAt(here, 'tokens', 'refreshToken'));
    await publicly('security.RequestPasswordReset', { username });
    const newPassword = { username, newPassword: second };
    const code = await sentCode(customerId);
    await refused(publicly('security.ResetPassword', { ...newPassword, code: 'AAAA-AAAA-AAAA' }), 'RESET_CODE_INVALID');
    await publicly('security.ResetPassword', { ...newPassword, code });
    await refused(refresh(textAt(session, 'tokens', 'refreshToken')), 'SESSION_ENDED');
    await refused(logIn(username, first), 'LOGIN_REFUSED');
    await logIn(username, second);
  });

  it('registers a passkey, and pays with nothing else', async () => {
    const jana = await at.personWithAccount('Jana');
    const petr = await at.personWithAccount('Petr');
    await at.deposit(jana.accountId, money('1000.00'));
    const token = textAt(await logIn(await enrol(jana.customerId)), 'tokens', 'accessToken');
    const phone = authenticator();
    const asked = await door.callWith(token, 'security.GetPasskeyRegistrationOptions', {});
    const responseJson = phone.make(textAt(asked, 'optionsJson'));
    const register = { requestId: randomUUID(), password: PASSWORD, responseJson };
    await door.callWith(token, 'security.RegisterPasskey', register);
    const options = textAt(await door.callWith(undefined, 'security.GetPasskeyLoginOptions', {}), 'optionsJson');
    const signed = phone.use(options);
    const session = await publicly('security.LogInWithPasskey', { responseJson: signed });
    await refused(publicly('security.LogInWithPasskey', { responseJson: signed }), 'LOGIN_REFUSED');
    await door.callWith(textAt(session, 'tokens', 'accessToken'), 'transaction.TransferFunds', {
      requestId: randomUUID(),
      debtorAccountId: jana.accountId,
      creditorAccountId: petr.accountId,
      amount: money('10.00'),
    });
    expect(await at.booked(petr.accountId)).to.equal('10.00');
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

describe('A member of staff', function aMemberOfStaff() {
  this.timeout(60_000);
  const journey = useJourney();
  const both = { maker: 'staff:administrator', checker: 'staff:administrator,compliance' };

  it('is registered by two administrators, acts within their role only, and no longer once it was taken away', async () => {
    const door = journey.door('gRPC');
    const at = counter(door, 'brn_praha');
    const { accountId } = await at.personWithAccount('Jana');
    const { accountId: elsewhere } = await counter(door, 'brn_brno').personWithAccount('Petr');
    const order = (role: string) => ({ branchId: 'brn_praha', roles: [role] });
    const teller = { displayName: 'Eva Nova', ...order('STAFF_ROLE_TELLER') };
    const registered = await withApproval(door, both, 'security.RegisterStaffMember', teller);
    const staffId = textAt(registered, 'staffMember', 'staffId');
    const publicly = (rpc: RpcName, request: JsonObject) =>
      door.callWith(undefined, rpc, { requestId: randomUUID(), ...request });
    const credentials = { username: `eva-${randomUUID()}`, password: PASSWORD };
    const issue = { requestId: randomUUID(), staffId };
    const enrolmentCode = textAt(
      await door.call(both.maker, 'security.IssueStaffEnrolmentCode', issue),
      'enrolmentCode',
    );
    const app = textAt(await publicly('security.RegisterCredentials', { enrolmentCode, ...credentials }), 'totpSecret');
    await refused(publicly('security.LogIn', credentials), 'SECOND_FACTOR_REQUIRED');
    const secondFactorCode = TOTP.generate({ secret: Secret.fromBase32(app) });
    const { recoveryCodes } = await publicly('security.LogIn', { ...credentials, secondFactorCode });
    const codes = (recoveryCodes as string[]).values();
    const token = async () => {
      const login = { ...credentials, secondFactorCode: codes.next().value ?? '' };
      return textAt(await publicly('security.LogIn', login), 'tokens', 'accessToken');
    };
    const deposit = { creditorAccountId: accountId, amount: money('50.00') };
    const act = async (rpc: RpcName, request: JsonObject) =>
      door.callWith(await token(), rpc, { requestId: randomUUID(), ...request });
    await act('transaction.DepositCash', deposit);
    await refused(act('transaction.DepositCash', { ...deposit, creditorAccountId: elsewhere }), 'ACCOUNT_NOT_FOUND');
    expect(await at.booked(accountId)).to.equal('50.00');
    await refused(act('security.RegisterStaffMember', teller), 'CALLER_NOT_ALLOWED');
    await refused(
      act('security.ChangeStaffRoles', { staffId, ...order('STAFF_ROLE_ADMINISTRATOR') }),
      'CALLER_NOT_ALLOWED',
    );
    const change = { staffId, ...order('STAFF_ROLE_TREASURY') };
    await withApproval(door, both, 'security.ChangeStaffRoles', change);
    await refused(act('transaction.DepositCash', deposit), 'CALLER_NOT_ALLOWED');
    expect(await at.booked(accountId)).to.equal('50.00');
  });

  it('who is an administrator changes nothing of their own, and registers no second self alone', async () => {
    const door = journey.door('gRPC');
    const self = { displayName: 'Ego', branchId: 'brn_praha', roles: ['STAFF_ROLE_ADMINISTRATOR'] };
    const ask = () => door.call(both.maker, 'security.RegisterStaffMember', { requestId: randomUUID(), ...self });
    const approvalId = await pending(ask());
    const approve = { requestId: randomUUID(), approvalId };
    await refused(door.call(both.maker, 'security.ApproveRequest', approve), 'APPROVER_NOT_ALLOWED');
    await refused(door.call(BACK_OFFICE, 'security.ApproveRequest', approve), 'APPROVAL_NOT_FOUND');
  });
});
