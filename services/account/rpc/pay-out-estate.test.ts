import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import { AccountState, EstateAccountState } from '#gen/bank/account/v1/account_pb.ts';
import { disagreements } from '../../_testbed/agreements.ts';
import { accountsAs, aRequestId, openAccount, payIn, registerPerson } from '../../_testbed/opening.ts';
import { dies, useHearingBank } from '../testing-estates.ts';
import { approvedAccounts } from '../testing-mandates.ts';

describe('PayOutEstate', function payOutEstate() {
  this.timeout(60_000);
  const bank = useHearingBank();
  afterEach('the ledger has what was agreed', async () => {
    expect(await disagreements(bank())).to.deep.equal([]);
  });
  const paying = (accountId: string, sweepAccountId: string) => {
    return { requestId: aRequestId('estate'), accountId, sweepAccountId };
  };

  it('pays the balance out to an heir and ends the account, once', async () => {
    const dead = await registerPerson(bank());
    const [account, heirs] = [await openAccount(bank(), { owners: [dead] }), await openAccount(bank())];
    const { accountId } = account;
    await payIn(bank(), account, '45.60');
    const approved = approvedAccounts(bank());
    await refused(approved.payOutEstate(paying(accountId, heirs.accountId)), 'ACCOUNT_NOT_OF_ESTATE');
    await dies(bank(), dead);
    await refused(accountsAs(bank(), 'TELLER').closeAccount({ requestId: aRequestId(), accountId }), 'ACCOUNT_FROZEN');
    const request = paying(accountId, heirs.accountId);
    const asked = await approved.payOutEstate({ ...request, validateOnly: true });
    const paid = await approved.payOutEstate(request);
    expect(paid.payout).to.deep.equal(asked.payout);
    expect([paid.account?.state, paid.payout?.swept?.amount]).to.deep.equal([AccountState.CLOSED, '45.60']);
    expect(await approved.payOutEstate(request)).to.deep.equal(paid);
    const client = accountsAs(bank(), 'BACK_OFFICE');
    const { booked } = await client.getAccountBalance({ accountId: heirs.accountId });
    expect(booked?.amount).to.equal('45.60');
    const estate = (await client.listEstates({})).estates.find(({ customerId }) => customerId === dead);
    expect(estate?.accounts.map(({ state }) => state)).to.deep.equal([EstateAccountState.ENDED]);
    const [last] = (await client.listStatusChanges({ accountId })).changes;
    expect(last).to.deep.include({ reason: 'ESTATE_PAID_OUT', approverId: 'stf_checker' });
  });

  it('leaves it frozen where it cannot end', async () => {
    const dead = await registerPerson(bank());
    const account = await openAccount(bank(), { owners: [dead] });
    const inEuro = await openAccount(bank(), { productId: 'prd_current_eur' });
    await payIn(bank(), account, '1.00');
    await dies(bank(), dead);
    const approved = approvedAccounts(bank());
    await refused(approved.payOutEstate(paying(account.accountId, inEuro.accountId)), 'CURRENCY_MISMATCH');
    await refused(approved.payOutEstate(paying(account.accountId, account.accountId)), 'SAME_ACCOUNT');
    await refused(approved.payOutEstate(paying(account.accountId, 'acc_unknown')), 'CREDITOR_NOT_FOUND');
    const gone = await openAccount(bank());
    await accountsAs(bank(), 'TELLER').closeAccount({ requestId: aRequestId(), accountId: gone.accountId });
    await refused(approved.payOutEstate(paying(account.accountId, gone.accountId)), 'ACCOUNT_CLOSED');
    const { account: left } = await accountsAs(bank(), 'BACK_OFFICE').getAccount({ accountId: account.accountId });
    expect(left?.freeze?.debits).to.equal(true);
  });
});
