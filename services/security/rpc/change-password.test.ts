import { create } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { eventsOf } from '#chassis/testing/events.ts';
import { refused, useService } from '#chassis/testing/service.ts';
import { Audience } from '#gen/bank/options/v1/options_pb.ts';
import { ActorSchema } from '#gen/bank/type/v1/actor_pb.ts';
import { security } from '../service.ts';
import {
  aCustomerWithApp,
  anEnrolledCustomer,
  appCode,
  asCustomer,
  credentialOf,
  expectNowhere,
  failuresOf,
  logIn,
  PASSWORD,
  unique,
} from '../testing.ts';

describe('ChangePassword', () => {
  const bank = useService(security);
  const NEW = 'another horse battery';
  const change = (
    who: { customerId: string; username: string },
    changes: { password?: string; newPassword?: string; username?: string; validateOnly?: boolean } = {},
  ) => {
    const passwords = { password: PASSWORD, newPassword: NEW };
    const order = { requestId: unique('change'), username: who.username, ...passwords, ...changes };
    return asCustomer(bank, who.customerId).changePassword(order);
  };

  it('changes it, and revokes every session but the one in which it is called', async () => {
    const who = await anEnrolledCustomer(bank);
    const [here, there] = [await logIn(bank, who), await logIn(bank, who)];
    const { sessionId } = here;
    const actor = create(ActorSchema, { audience: Audience.CHANNEL, partyId: who.customerId, sessionId });
    const order = { requestId: unique('change'), username: who.username, password: PASSWORD, newPassword: NEW };
    await bank.asPrincipal(actor).changePassword(order);
    await refused(logIn(bank, who), 'LOGIN_REFUSED');
    await logIn(bank, { ...who, password: NEW });
    expect(await eventsOf(bank.database, sessionId)).to.deep.equal(['SessionStarted 1']);
    expect(await eventsOf(bank.database, there.sessionId)).to.deep.equal(['SessionStarted 1', 'SessionRevoked 2']);
    const events = await eventsOf(bank.database, await credentialOf(bank.database, who.customerId));
    expect(events).to.deep.equal(['CredentialsRegistered 1', 'PasswordChanged 2']);
    await expectNowhere(bank.database, [NEW, who.username]);
  });

  it('refuses a wrong password, and counts it, and another’s username', async () => {
    const [who, other] = [await anEnrolledCustomer(bank), await anEnrolledCustomer(bank)];
    await refused(change(who, { password: 'wrong' }), 'PROOF_REFUSED');
    await refused(change(who, { username: other.username }), 'PROOF_REFUSED');
    expect(await failuresOf(bank.database, who.customerId)).to.equal(1);
    await logIn(bank, who);
  });

  it('refuses a new one that is too short, made of the username, or common', async () => {
    const who = await anEnrolledCustomer(bank);
    await refused(change(who, { newPassword: 'tjqmzxwy' }), 'PASSWORD_UNFIT');
    await refused(change(who, { newPassword: who.username.repeat(2) }), 'PASSWORD_UNFIT');
    await refused(change(who, { newPassword: 'qwerty123456789' }), 'PASSWORD_COMMON');
    expect(await failuresOf(bank.database, who.customerId)).to.equal(0);
    await logIn(bank, who);
  });

  it('takes a shorter one beside an authenticator app, which then stays until it is longer again', async () => {
    const who = await aCustomerWithApp(bank);
    const newPassword = 'tjqmzxwy';
    await change(who, { newPassword });
    const remove = (password: string, stepsAhead: 0 | 1) =>
      asCustomer(bank, who.customerId).removeTotp({
        requestId: unique('remove'),
        password,
        code: appCode(who.secret, stepsAhead),
      });
    await refused(remove(newPassword, 1), 'PASSWORD_UNFIT');
    await change(who, { password: newPassword });
    await remove(NEW, 1);
    await logIn(bank, { ...who, password: NEW });
  });

  it('changes nothing when it is only tried', async () => {
    const who = await anEnrolledCustomer(bank);
    await change(who, { validateOnly: true });
    await logIn(bank, who);
  });
});
