import { expect } from 'chai';
import { eventsOf } from '#chassis/testing/events.ts';
import { refused } from '#chassis/testing/service.ts';
import { AccountState } from '#gen/bank/account/v1/account_pb.ts';
import { useBank } from '../../_testbed/bank.ts';
import { ACCOUNT_BANK, accountsAs, aRequestId, openAccount } from '../../_testbed/opening.ts';

describe('MarkAccountDormant', () => {
  const bank = useBank(ACCOUNT_BANK);
  const mark = (accountId: string, state: AccountState) =>
    accountsAs(bank(), 'BACK_OFFICE').markAccountDormant({ requestId: aRequestId(), accountId, state });

  it('makes an account inactive, then dormant, and nothing else', async () => {
    const { accountId } = await openAccount(bank());
    await refused(mark(accountId, AccountState.CLOSED), 'STATE_INVALID');
    await refused(mark(accountId, AccountState.DORMANT), 'STATE_INVALID');
    expect((await mark(accountId, AccountState.INACTIVE)).account?.state).to.equal(AccountState.INACTIVE);
    expect((await mark(accountId, AccountState.DORMANT)).account?.state).to.equal(AccountState.DORMANT);
    await refused(mark(accountId, AccountState.DORMANT), 'ACCOUNT_DORMANT');
    expect(await eventsOf(bank().database('account'), accountId)).to.deep.equal([
      'AccountOpened 1',
      'AccountInactive 2',
      'AccountDormant 3',
    ]);
  });

  it('refuses an account that is closed, takes history, or is none', async () => {
    const [closed, migrating] = [await openAccount(bank()), await openAccount(bank(), { migrating: true })];
    await accountsAs(bank(), 'TELLER').closeAccount({ requestId: aRequestId(), accountId: closed.accountId });
    await refused(mark(closed.accountId, AccountState.INACTIVE), 'ACCOUNT_CLOSED');
    await refused(mark(migrating.accountId, AccountState.INACTIVE), 'ACCOUNT_NOT_ACTIVE');
    await refused(mark('acc_unknown', AccountState.INACTIVE), 'ACCOUNT_NOT_FOUND');
  });
});
