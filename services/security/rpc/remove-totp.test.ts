import { create } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { eventsOf } from '#chassis/testing/events.ts';
import { refused, staff, useService } from '#chassis/testing/service.ts';
import { ActorSchema } from '#gen/bank/type/v1/actor_pb.ts';
import { security } from '../service.ts';
import {
  aCustomerWithApp,
  anEnrolledCustomer,
  anEnrolledStaffMember,
  appCode,
  asCustomer,
  credentialOf,
  failuresOf,
  logIn,
  PASSWORD,
  unique,
} from '../testing.ts';
import { authenticator } from '../testing-authenticator.ts';

describe('RemoveTotp', () => {
  const bank = useService(security);
  const remove = (customerId: string, code: string, password = PASSWORD) =>
    asCustomer(bank, customerId).removeTotp({ requestId: unique('remove'), code, password });

  it('removes the app for a code of it: the password will do from then on', async () => {
    const { customerId, username, secret } = await aCustomerWithApp(bank);
    await remove(customerId, appCode(secret, 1));
    await logIn(bank, { username });
    const events = await eventsOf(bank.database, await credentialOf(bank.database, customerId));
    expect(events).to.deep.equal(['CredentialsRegistered 1', 'SecondFactorAdded 2', 'SecondFactorRemoved 3']);
  });

  it('takes a recovery code, for who has lost the app, and leaves none of them', async () => {
    const { customerId, recoveryCodes } = await aCustomerWithApp(bank);
    await remove(customerId, recoveryCodes[3] ?? '');
    expect(await bank.database.query('select from recovery_code where party_id = $1', [customerId])).to.have.length(0);
  });

  it('refuses a code that was used, a wrong one, and a wrong password, and counts them', async () => {
    const { customerId, username, secret, code } = await aCustomerWithApp(bank);
    await refused(remove(customerId, code), 'PROOF_REFUSED');
    await refused(remove(customerId, '000000'), 'PROOF_REFUSED');
    await refused(remove(customerId, appCode(secret, 1), 'wrong'), 'PROOF_REFUSED');
    expect(await failuresOf(bank.database, customerId)).to.equal(3);
    await refused(logIn(bank, { username }), 'LOGIN_REFUSED');
  });

  it('leaves a member of staff one second factor, whichever it is', async () => {
    const { staffId, username, secret } = await anEnrolledStaffMember(bank, 'TELLER');
    const login = { requestId: unique('login'), username, password: PASSWORD, secondFactorCode: appCode(secret) };
    const { recoveryCodes } = await bank.asPrincipal(undefined).logIn(login);
    const [first = '', second = '', third = ''] = recoveryCodes;
    const oneself = bank.asPrincipal(create(ActorSchema, { ...staff('TELLER'), partyId: staffId }));
    const order = (code: string) => ({ requestId: unique('remove'), code, password: PASSWORD });
    await refused(oneself.removeTotp(order(first)), 'SECOND_FACTOR_COMPULSORY');
    const made = authenticator();
    const responseJson = made.make((await oneself.getPasskeyRegistrationOptions({})).optionsJson);
    const proof = { password: PASSWORD, secondFactorCode: second };
    await oneself.registerPasskey({ requestId: unique('passkey'), ...proof, responseJson });
    await oneself.removeTotp(order(third));
    await refused(logIn(bank, { username }), 'SECOND_FACTOR_REQUIRED');
  });

  it('refuses when there is none', async () => {
    const { customerId } = await anEnrolledCustomer(bank);
    await refused(remove(customerId, '123456'), 'SECOND_FACTOR_NOT_FOUND');
  });
});
