import { expect } from 'chai';
import { refused, useService } from '#chassis/testing/service.ts';
import { security } from '../service.ts';
import {
  anEnrolledCustomer,
  aPasskey,
  asCustomer,
  credentialOf,
  eventsOf,
  failuresOf,
  PASSWORD,
  passkeyLogin,
  unique,
} from '../testing.ts';

describe('RemovePasskey', () => {
  const bank = useService(security);
  const remove = (customerId: string, passkeyId: string, password = PASSWORD) =>
    asCustomer(bank, customerId).removePasskey({ requestId: unique('remove'), passkeyId, password });

  it('removes it: it logs nobody in any more', async () => {
    const { customerId } = await anEnrolledCustomer(bank);
    const made = await aPasskey(bank, customerId);
    await remove(customerId, made.passkeyId);
    const login = { requestId: unique('login'), responseJson: made.use(await passkeyLogin(bank)) };
    await refused(bank.asPrincipal(undefined).logInWithPasskey(login), 'LOGIN_REFUSED');
    await refused(remove(customerId, made.passkeyId), 'PASSKEY_NOT_FOUND');
    const events = await eventsOf(bank.database, await credentialOf(bank.database, customerId));
    expect(events).to.deep.equal(['CredentialsRegistered 1', 'PasskeyAdded 2', 'PasskeyRemoved 3']);
  });

  it('finds another’s no more than one that there is not', async () => {
    const [who, other] = [await anEnrolledCustomer(bank), await anEnrolledCustomer(bank)];
    const { passkeyId } = await aPasskey(bank, other.customerId);
    const [foreign, unknown] = [
      await refused(remove(who.customerId, passkeyId), 'PASSKEY_NOT_FOUND'),
      await refused(remove(who.customerId, 'unknown'), 'PASSKEY_NOT_FOUND'),
    ];
    expect(foreign.message).to.equal(unknown.message);
  });

  it('asks for the password, and counts wrong ones', async () => {
    const { customerId } = await anEnrolledCustomer(bank);
    const { passkeyId } = await aPasskey(bank, customerId);
    await refused(remove(customerId, passkeyId, 'wrong'), 'PROOF_REFUSED');
    expect(await failuresOf(bank.database, customerId)).to.equal(1);
  });
});
