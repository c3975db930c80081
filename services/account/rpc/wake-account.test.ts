import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import { AccountState } from '#gen/bank/account/v1/account_pb.ts';
import { useBank } from '../../_testbed/bank.ts';
import { ACCOUNT_BANK, accountsAs, accountsOf, aRequestId, openAccount } from '../../_testbed/opening.ts';
import { aSigner } from '../../_testbed/signers.ts';
import { sleep } from '../testing-days.ts';

describe('WakeAccount', function wakeAccount() {
  this.timeout(30_000);
  const bank = useBank({ ...ACCOUNT_BANK, services: ['ledger', 'customer', 'account', 'security'] });
  const staff = () => accountsAs(bank(), 'BACK_OFFICE', 'TELLER');
  const waking = (accountId: string) => ({ requestId: aRequestId('wake'), accountId });

  it('wakes a dormant account for its holder, once they have proved who they are', async () => {
    const holder = await aSigner(bank());
    const account = await openAccount(bank(), { owners: [holder.customerId] });
    await sleep(account, staff());
    const own = accountsOf(bank(), holder.customerId);
    await refused(own.closeAccount({ requestId: aRequestId(), accountId: account.accountId }), 'ACCOUNT_DORMANT');
    const request = waking(account.accountId);
    const woken = await holder.proving(() => own.wakeAccount(request));
    expect(woken.account?.state).to.equal(AccountState.ACTIVE);
    expect(await own.wakeAccount(request)).to.deep.equal(woken);
    const { changes } = await own.listStatusChanges({ accountId: account.accountId });
    expect(changes.map(({ reason, actorId }) => [reason, actorId])).to.deep.equal([
      ['WOKEN', holder.customerId],
      ['NO_MOVEMENT', ''],
      ['NO_MOVEMENT', ''],
      ['OPENED', ''],
    ]);
  });

  it('wakes it for staff, and refuses one that is awake, closed, or none', async () => {
    const account = await openAccount(bank());
    await sleep(account, staff());
    expect((await staff().wakeAccount(waking(account.accountId))).account?.state).to.equal(AccountState.ACTIVE);
    await refused(staff().wakeAccount(waking(account.accountId)), 'ACCOUNT_NOT_DORMANT');
    await staff().closeAccount({ requestId: aRequestId(), accountId: account.accountId });
    await refused(staff().wakeAccount(waking(account.accountId)), 'ACCOUNT_CLOSED');
    await refused(staff().wakeAccount(waking('acc_unknown')), 'ACCOUNT_NOT_FOUND');
  });
});
