import { create } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { eventsOf } from '#chassis/testing/events.ts';
import { refused, staff, useService } from '#chassis/testing/service.ts';
import { ActorSchema } from '#gen/bank/type/v1/actor_pb.ts';
import { security } from '../service.ts';
import {
  anEnrolledCustomer,
  anEnrolledStaffMember,
  aPasskey,
  asCustomer,
  credentialOf,
  failuresOf,
  PASSWORD,
  passkeyLogin,
  provedBy,
  unique,
} from '../testing.ts';
import { type Authenticator, authenticator } from '../testing-authenticator.ts';

describe('RemovePasskey', () => {
  const bank = useService(security);
  const remove = (customerId: string, made: Pick<Authenticator, 'use'>, passkeyId: string, password = PASSWORD) => {
    const order = { requestId: unique('remove'), passkeyId, password };
    return provedBy(bank, customerId, made, () => asCustomer(bank, customerId).removePasskey(order));
  };

  it('removes it: it logs nobody in any more', async () => {
    const { customerId } = await anEnrolledCustomer(bank);
    const made = await aPasskey(bank, customerId);
    const left = await aPasskey(bank, customerId);
    await remove(customerId, made, made.passkeyId);
    const login = { requestId: unique('login'), responseJson: made.use(await passkeyLogin(bank)) };
    await refused(bank.asPrincipal(undefined).logInWithPasskey(login), 'LOGIN_REFUSED');
    await refused(remove(customerId, left, made.passkeyId), 'PASSKEY_NOT_FOUND');
    const events = await eventsOf(bank.database, await credentialOf(bank.database, customerId));
    expect(events).to.deep.equal(['CredentialsRegistered 1', 'PasskeyAdded 2', 'PasskeyAdded 3', 'PasskeyRemoved 4']);
  });

  it('finds another’s no more than one that there is not', async () => {
    const [who, other] = [await anEnrolledCustomer(bank), await anEnrolledCustomer(bank)];
    const own = await aPasskey(bank, who.customerId);
    const { passkeyId } = await aPasskey(bank, other.customerId);
    const [foreign, unknown] = [
      await refused(remove(who.customerId, own, passkeyId), 'PASSKEY_NOT_FOUND'),
      await refused(remove(who.customerId, own, 'unknown'), 'PASSKEY_NOT_FOUND'),
    ];
    expect(foreign.message).to.equal(unknown.message);
  });

  it('leaves a member of staff one second factor', async () => {
    const { staffId } = await anEnrolledStaffMember(bank, 'TELLER');
    const oneself = bank.asPrincipal(create(ActorSchema, { ...staff('TELLER'), partyId: staffId }));
    const [made, other] = [authenticator(), authenticator()];
    for (const one of [made, other]) {
      const { optionsJson } = await oneself.getPasskeyRegistrationOptions({});
      const order = { password: PASSWORD, responseJson: one.make(optionsJson) };
      await oneself.registerPasskey({ requestId: unique('passkey'), ...order });
    }
    const removeOwn = ({ passkeyId }: Authenticator) => {
      const order = { requestId: unique('remove'), passkeyId, password: PASSWORD };
      return provedBy(bank, staffId, made, () => oneself.removePasskey(order), oneself);
    };
    await removeOwn(other);
    await refused(removeOwn(made), 'SECOND_FACTOR_COMPULSORY');
  });

  it('asks for the password, and counts wrong ones', async () => {
    const { customerId } = await anEnrolledCustomer(bank);
    const made = await aPasskey(bank, customerId);
    await refused(remove(customerId, made, made.passkeyId, 'wrong'), 'PROOF_REFUSED');
    expect(await failuresOf(bank.database, customerId)).to.equal(1);
  });
});
