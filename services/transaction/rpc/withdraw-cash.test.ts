import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import { AccountType, FreezeReason } from '#gen/bank/account/v1/account_pb.ts';
import { TransactionState, TransactionType } from '#gen/bank/transaction/v1/transaction_pb.ts';
import { useBank } from '../../_testbed/bank.ts';
import { accountsAs, openAccount, registerOrganisation, registerPerson } from '../../_testbed/opening.ts';
import { aRequestId, as, czk, deposit, minorOf, of } from '../testing.ts';

describe('WithdrawCash', () => {
  const bank = useBank({ edge: false });
  const taking = (debtorAccountId: string, amount: string) => ({
    requestId: aRequestId(),
    debtorAccountId,
    amount: czk(amount),
  });

  it('pays cash out, once however often it is asked, and charges its fee beside it', async () => {
    const bakery = await registerOrganisation(bank());
    const opening = { owners: [bakery], type: AccountType.BUSINESS, productId: 'prd_business_czk' };
    const account = await openAccount(bank(), opening);
    await deposit(bank(), account, '10010');
    const before = await minorOf(bank(), account);
    const request = taking(account.accountId, '4000');
    const answers = await Promise.all(Array.from({ length: 20 }, () => as(bank(), 'TELLER').withdrawCash(request)));
    for (const answer of answers) expect(answer).to.deep.equal(answers[0]);
    expect(answers[0]?.transaction).to.include({
      type: TransactionType.CASH_WITHDRAWAL,
      state: TransactionState.POSTED,
      debtorAccountId: account.accountId,
      creditorAccountId: '',
    });
    expect(answers[0]?.transaction?.fees.map(({ amount }) => amount?.amount)).to.deep.equal(['40.00']);
    expect(await minorOf(bank(), account)).to.equal(before - 404000n);
  });

  it('refuses more than there is, for ever', async () => {
    const account = await openAccount(bank());
    await deposit(bank(), account, '10');
    const request = taking(account.accountId, '10.01');
    await refused(as(bank(), 'TELLER').withdrawCash(request), 'INSUFFICIENT_FUNDS');
    await deposit(bank(), account, '10');
    await refused(as(bank(), 'TELLER').withdrawCash(request), 'INSUFFICIENT_FUNDS');
  });

  it('refuses accounts that pay nothing out', async () => {
    const teller = as(bank(), 'TELLER');
    const account = await openAccount(bank());
    const { accountId } = account;
    await deposit(bank(), account, '10');
    await refused(teller.withdrawCash(taking('acc_unknown', '1')), 'ACCOUNT_NOT_FOUND');
    const euro = { ...taking(accountId, '1'), amount: { currencyCode: 'EUR', amount: '1' } };
    await refused(teller.withdrawCash(euro), 'CURRENCY_MISMATCH');
    await refused(teller.withdrawCash(taking(accountId, '1000001')), 'TRANSFER_LIMIT_EXCEEDED');
    const freeze = { requestId: aRequestId(), accountId, debits: true, reason: FreezeReason.FRAUD_SUSPICION };
    await accountsAs(bank(), 'BACK_OFFICE').freezeAccount(freeze);
    await refused(teller.withdrawCash(taking(accountId, '1')), 'ACCOUNT_FROZEN');
    const migrating = await openAccount(bank(), { migrating: true });
    await refused(teller.withdrawCash(taking(migrating.accountId, '1')), 'ACCOUNT_NOT_ACTIVE');
    const closed = await openAccount(bank());
    await accountsAs(bank(), 'BACK_OFFICE').closeAccount({ requestId: aRequestId(), accountId: closed.accountId });
    await refused(teller.withdrawCash(taking(closed.accountId, '1')), 'ACCOUNT_CLOSED');
  });

  it('is for staff at the counter', async () => {
    const owner = await registerPerson(bank());
    const account = await openAccount(bank(), { owners: [owner] });
    await refused(of(bank(), owner).withdrawCash(taking(account.accountId, '1')), 'CALLER_NOT_ALLOWED');
  });
});
