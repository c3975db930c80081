import { expect } from 'chai';
import { eventsOf } from '#chassis/testing/events.ts';
import { refused } from '#chassis/testing/service.ts';
import { FreezeReason } from '#gen/bank/account/v1/account_pb.ts';
import { disagreements } from '../../_testbed/agreements.ts';
import { useBank } from '../../_testbed/bank.ts';
import {
  ACCOUNT_BANK,
  accountsAs,
  accountsOf,
  aRequestId,
  openAccount,
  payIn,
  registerPerson,
} from '../../_testbed/opening.ts';

describe('UnfreezeAccount', () => {
  const bank = useBank(ACCOUNT_BANK);
  afterEach('the ledger has what was agreed', async () => {
    expect(await disagreements(bank())).to.deep.equal([]);
  });
  const request = (accountId: string) => ({ requestId: aRequestId('unfreeze'), accountId });
  const freeze = (accountId: string, reason: FreezeReason) =>
    accountsAs(bank(), 'COMPLIANCE').freezeAccount({
      requestId: aRequestId(),
      accountId,
      debits: true,
      credits: true,
      reason,
    });

  it('lets an account go, whatever was frozen', async () => {
    const account = await openAccount(bank());
    const { accountId } = account;
    await freeze(accountId, FreezeReason.DECEASED);
    const { account: free } = await accountsAs(bank(), 'BACK_OFFICE').unfreezeAccount(request(accountId));
    expect(free?.freeze).to.equal(undefined);
    expect(free?.etag).to.equal('3');
    await payIn(bank(), account, '5.00');
    const events = await eventsOf(bank().database('account'), accountId);
    expect(events).to.deep.equal(['AccountOpened 1', 'AccountFrozen 2', 'AccountUnfrozen 3']);
  });

  it('lets an owner lift only what a holder asked for', async () => {
    const [owner, disponent] = await Promise.all([registerPerson(bank()), registerPerson(bank())]);
    const { accountId } = await openAccount(bank(), { owners: [owner], disponents: [disponent] });
    const client = accountsOf(bank(), owner);
    await freeze(accountId, FreezeReason.FRAUD_SUSPICION);
    await refused(client.unfreezeAccount(request(accountId)), 'FREEZE_NOT_ALLOWED');
    await freeze(accountId, FreezeReason.CUSTOMER_REQUEST);
    await refused(accountsOf(bank(), disponent).unfreezeAccount(request(accountId)), 'OWNER_REQUIRED');
    expect((await client.unfreezeAccount(request(accountId))).account?.freeze).to.equal(undefined);
  });

  it('refuses what is not frozen, unknown or closed', async () => {
    const client = accountsAs(bank(), 'BACK_OFFICE');
    const { accountId } = await openAccount(bank());
    await refused(client.unfreezeAccount(request(accountId)), 'ACCOUNT_NOT_FROZEN');
    await refused(client.unfreezeAccount(request('acc_unknown')), 'ACCOUNT_NOT_FOUND');
    await client.closeAccount({ requestId: aRequestId(), accountId });
    await refused(client.unfreezeAccount(request(accountId)), 'ACCOUNT_CLOSED');
  });

  it('happens once per key, though it was frozen again in between', async () => {
    const { accountId } = await openAccount(bank());
    const client = accountsAs(bank(), 'BACK_OFFICE');
    await freeze(accountId, FreezeReason.SANCTIONS);
    const first = request(accountId);
    const answer = await client.unfreezeAccount(first);
    await freeze(accountId, FreezeReason.SANCTIONS);
    expect(await client.unfreezeAccount(first)).to.deep.equal(answer);
    expect((await client.getAccount({ accountId })).account?.freeze?.debits).to.equal(true);
  });
});
