import { expect } from 'chai';
import { eventsOf } from '#chassis/testing/events.ts';
import { refused, staff } from '#chassis/testing/service.ts';
import { ProductType } from '#gen/bank/account/v1/account_pb.ts';
import { AccountService } from '#gen/bank/account/v1/account_service_pb.ts';
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

describe('SetOverdraftLimit', () => {
  const bank = useBank(ACCOUNT_BANK);
  afterEach('the ledger has what was agreed', async () => {
    expect(await disagreements(bank())).to.deep.equal([]);
  });
  const limit = (accountId: string, amount: string, currencyCode = 'CZK') => ({
    requestId: aRequestId('limit'),
    accountId,
    overdraftLimit: { currencyCode, amount },
  });

  it('lets an account go below zero by so much', async () => {
    const account = await openAccount(bank());
    const { accountId } = account;
    const client = accountsAs(bank(), 'BRANCH_MANAGER');
    const { account: limited } = await client.setOverdraftLimit(limit(accountId, '500'));
    expect(limited?.overdraftLimit?.amount).to.equal('500.00');
    await payIn(bank(), account, '-500.00');
    expect(await payIn(bank(), account, '-0.01').catch(String)).to.match(/INSUFFICIENT_FUNDS/);
    const { booked, available } = await client.getAccountBalance({ accountId });
    expect([booked?.amount, available?.amount]).to.deep.equal(['-500.00', '0.00']);
    expect(await eventsOf(bank().database('account'), accountId)).to.deep.equal([
      'AccountOpened 1',
      'OverdraftLimitSet 2',
    ]);
  });

  it('takes it back: a balance that is below stays', async () => {
    const account = await openAccount(bank());
    const { accountId } = account;
    const client = accountsAs(bank(), 'BRANCH_MANAGER');
    await client.setOverdraftLimit(limit(accountId, '100.00'));
    await payIn(bank(), account, '-60.00');
    await client.setOverdraftLimit(limit(accountId, '0'));
    expect(await payIn(bank(), account, '-0.01').catch(String)).to.match(/INSUFFICIENT_FUNDS/);
    await payIn(bank(), account, '10.00');
    expect((await client.getAccountBalance({ accountId })).booked?.amount).to.equal('-50.00');
  });

  it('refuses more than the product allows, and any where it allows none', async () => {
    const client = accountsAs(bank(), 'BRANCH_MANAGER');
    const { accountId } = await openAccount(bank());
    await client.setOverdraftLimit(limit(accountId, '100000.00'));
    await refused(client.setOverdraftLimit(limit(accountId, '100000.01')), 'OVERDRAFT_NOT_ALLOWED');
    const savings = await openAccount(bank(), { productId: 'prd_savings_czk' });
    await refused(client.setOverdraftLimit(limit(savings.accountId, '0.01')), 'OVERDRAFT_NOT_ALLOWED');
  });

  it('goes by the version of the product that the account was opened with', async () => {
    const back = accountsAs(bank(), 'BACK_OFFICE');
    const money = (amount: string) => ({ currencyCode: 'CZK', amount });
    const product = { productId: 'prd_limited', displayName: 'Limited' };
    await back.createProduct({
      ...product,
      requestId: aRequestId(),
      type: ProductType.CURRENT,
      currencyCode: 'CZK',
      terms: { overdraftLimitMaximum: money('10') },
    });
    const { accountId } = await openAccount(bank(), { productId: 'prd_limited' });
    await back.reviseProduct({ ...product, requestId: aRequestId(), terms: { overdraftLimitMaximum: money('20') } });
    const newer = await openAccount(bank(), { productId: 'prd_limited' });
    const client = accountsAs(bank(), 'BRANCH_MANAGER');
    await refused(client.setOverdraftLimit(limit(accountId, '10.01')), 'OVERDRAFT_NOT_ALLOWED');
    expect(newer.productVersion).to.equal(2);
    expect((await client.setOverdraftLimit(limit(newer.accountId, '20'))).account?.overdraftLimit?.amount).to.equal(
      '20.00',
    );
  });

  it('refuses what is no limit, other currencies, and accounts that are not in use', async () => {
    const client = accountsAs(bank(), 'BRANCH_MANAGER');
    const { accountId } = await openAccount(bank());
    await refused(client.setOverdraftLimit(limit(accountId, '-1')), 'REQUEST_INVALID');
    await refused(client.setOverdraftLimit(limit(accountId, '1', 'EUR')), 'CURRENCY_MISMATCH');
    await refused(client.setOverdraftLimit(limit(accountId, '0.001')), 'CURRENCY_EXPONENT_EXCEEDED');
    await refused(client.setOverdraftLimit(limit('acc_unknown', '1')), 'ACCOUNT_NOT_FOUND');
    const migrating = await openAccount(bank(), { migrating: true });
    await refused(client.setOverdraftLimit(limit(migrating.accountId, '1')), 'ACCOUNT_NOT_ACTIVE');
    await accountsAs(bank(), 'TELLER').closeAccount({ requestId: aRequestId(), accountId });
    await refused(client.setOverdraftLimit(limit(accountId, '1')), 'ACCOUNT_CLOSED');
  });

  it('is not for customers, and happens once per key', async () => {
    const owner = await registerPerson(bank());
    const { accountId } = await openAccount(bank(), { owners: [owner] });
    await refused(accountsOf(bank(), owner).setOverdraftLimit(limit(accountId, '1')), 'CALLER_NOT_ALLOWED');
    const client = accountsAs(bank(), 'BRANCH_MANAGER');
    const request = limit(accountId, '7.50');
    const answer = await client.setOverdraftLimit(request);
    await client.setOverdraftLimit(limit(accountId, '0'));
    expect(await client.setOverdraftLimit(request)).to.deep.equal(answer);
    expect((await client.getAccount({ accountId })).account?.overdraftLimit?.amount).to.equal('0.00');
  });

  it('is refused when the account has changed since it was read', async () => {
    const { accountId, etag } = await openAccount(bank());
    const client = accountsAs(bank(), 'BRANCH_MANAGER');
    const { account } = await client.setOverdraftLimit({ ...limit(accountId, '10.00'), etag });
    await refused(client.setOverdraftLimit({ ...limit(accountId, '20.00'), etag }), 'ETAG_MISMATCH');
    await client.setOverdraftLimit({ ...limit(accountId, '20.00'), etag: account?.etag ?? '' });
  });

  it('is set by a loan officer when somebody else has approved it, and not alone', async () => {
    const { accountId } = await openAccount(bank());
    const request = limit(accountId, '10.00');
    await refused(accountsAs(bank(), 'LOAN_OFFICER').setOverdraftLimit(request), 'CALLER_NOT_ALLOWED');
    const executor = { workload: 'security-executor' } as const;
    const officer = staff('LOAN_OFFICER');
    const nobodys = bank().asPrincipal(AccountService, officer, executor);
    await refused(nobodys.setOverdraftLimit(request), 'CALLER_NOT_ALLOWED');
    const approved = bank().asPrincipal(AccountService, { ...officer, approverId: 'stf_checker' }, executor);
    const { account } = await approved.setOverdraftLimit(request);
    expect(account?.overdraftLimit?.amount).to.equal('10.00');
  });
});
