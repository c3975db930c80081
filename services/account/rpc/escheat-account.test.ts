import { expect } from 'chai';
import { eventsOf } from '#chassis/testing/events.ts';
import { refused } from '#chassis/testing/service.ts';
import { AccountState, FreezeReason } from '#gen/bank/account/v1/account_pb.ts';
import { disagreements } from '../../_testbed/agreements.ts';
import { useBank } from '../../_testbed/bank.ts';
import { ACCOUNT_BANK, accountsAs, aRequestId, openAccount, payIn } from '../../_testbed/opening.ts';
import { daysOf, sleep } from '../testing-days.ts';
import { approvedAccounts } from '../testing-mandates.ts';

describe('EscheatAccount', () => {
  const bank = useBank(ACCOUNT_BANK);
  afterEach('the ledger has what was agreed', async () => {
    expect(await disagreements(bank())).to.deep.equal([]);
  });
  const escheating = (accountId: string) => ({ requestId: aRequestId('escheat'), accountId });
  const staff = () => accountsAs(bank(), 'BACK_OFFICE');

  it('ends a dormant account, and the bank keeps its balance', async () => {
    const account = await openAccount(bank());
    const { accountId } = account;
    await payIn(bank(), account, '7.89');
    await refused(approvedAccounts(bank()).escheatAccount(escheating(accountId)), 'ACCOUNT_NOT_DORMANT');
    await sleep(account, staff());
    const request = escheating(accountId);
    const ended = await approvedAccounts(bank()).escheatAccount(request);
    expect(ended.account?.state).to.equal(AccountState.ESCHEATED);
    expect(ended.payout?.swept?.amount).to.equal('7.89');
    expect(await approvedAccounts(bank()).escheatAccount(request)).to.deep.equal(ended);
    expect(await daysOf(bank()).balance('lac_unclaimed_balances_czk')).to.equal('7.89');
    expect(await eventsOf(bank().database('account'), accountId)).to.deep.include('AccountEscheated 4');
    await refused(approvedAccounts(bank()).escheatAccount(escheating(accountId)), 'ACCOUNT_ESCHEATED');
    await refused(staff().wakeAccount({ requestId: aRequestId(), accountId }), 'ACCOUNT_ESCHEATED');
    const [last] = (await staff().listStatusChanges({ accountId })).changes;
    expect(last).to.deep.include({ reason: 'ESCHEATED', approverId: 'stf_checker' });
  });

  it('refuses one that is frozen, in debt, or none', async () => {
    const [frozen, indebted] = [await openAccount(bank()), await openAccount(bank())];
    for (const account of [frozen, indebted]) await sleep(account, staff());
    const terms = { debits: true, reason: FreezeReason.COURT_ORDER, reference: '12 C 345/2026' };
    const { account } = await staff().freezeAccount({ requestId: aRequestId(), accountId: frozen.accountId, ...terms });
    expect(account?.freeze?.reference).to.equal('12 C 345/2026');
    await refused(approvedAccounts(bank()).escheatAccount(escheating(frozen.accountId)), 'ACCOUNT_FROZEN');
    await refused(approvedAccounts(bank()).escheatAccount(escheating('acc_unknown')), 'ACCOUNT_NOT_FOUND');
  });
});
