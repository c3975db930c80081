import { expect } from 'chai';
import { deriveId } from '#chassis/id.ts';
import { customer, refused } from '#chassis/testing/service.ts';
import { AccountType, FreezeReason } from '#gen/bank/account/v1/account_pb.ts';
import { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { TransactionState, TransactionType } from '#gen/bank/transaction/v1/transaction_pb.ts';
import { TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import { useBank } from '../../_testbed/bank.ts';
import { accountsAs, openAccount, registerOrganisation, registerPerson } from '../../_testbed/opening.ts';
import { aRequestId, as, at, balanceOf, czk, of, there } from '../testing.ts';

describe('DepositCash', () => {
  const bank = useBank({ edge: false });
  const paying = (creditorAccountId: string, amount: string) => ({
    requestId: aRequestId(),
    creditorAccountId,
    amount: czk(amount),
  });

  it('pays cash in, once however often it is asked, and takes its fee from what was paid in', async () => {
    const bakery = await registerOrganisation(bank());
    const opening = { owners: [bakery], type: AccountType.BUSINESS, productId: 'prd_business_czk' };
    const account = await openAccount(bank(), opening);
    const request = { ...paying(account.accountId, '1000'), remittanceInformation: 'takings' };
    const answers = await Promise.all(Array.from({ length: 20 }, () => as(bank(), 'TELLER').depositCash(request)));
    for (const answer of answers) expect(answer).to.deep.equal(answers[0]);
    const transaction = there(answers[0]?.transaction);
    expect(transaction).to.include({
      type: TransactionType.CASH_DEPOSIT,
      state: TransactionState.POSTED,
      debtorAccountId: '',
      creditorAccountId: account.accountId,
      remittanceInformation: 'takings',
    });
    expect(transaction.fees.map(({ amount }) => amount?.amount)).to.deep.equal(['10.00']);
    expect(await balanceOf(bank(), account)).to.equal('990.00');
    const { journalId, transactionId } = transaction;
    const { journal } = await bank().as(LedgerService, 'transaction').getJournal({ journalId });
    const own = deriveId('lac', account.accountId);
    expect(journal?.entries.map(({ ledgerAccountId }) => ledgerAccountId)).to.deep.equal([
      'lac_cash_czk',
      own,
      own,
      'lac_fee_income_czk',
    ]);
    const { transaction: seen } = await of(bank(), bakery).getTransaction({ transactionId });
    expect(seen).to.deep.equal(transaction);
  });

  it('refuses a deposit that is smaller than its fee', async () => {
    const bakery = await registerOrganisation(bank());
    const opening = { owners: [bakery], type: AccountType.BUSINESS, productId: 'prd_business_czk' };
    const { accountId } = await openAccount(bank(), opening);
    await refused(as(bank(), 'TELLER').depositCash(paying(accountId, '9.99')), 'INSUFFICIENT_FUNDS');
    expect((await as(bank(), 'TELLER').depositCash(paying(accountId, '10'))).transaction?.state).to.equal(
      TransactionState.POSTED,
    );
  });

  it('refuses accounts that take no money', async () => {
    const { accountId } = await openAccount(bank());
    const teller = as(bank(), 'TELLER');
    await refused(teller.depositCash(paying('acc_unknown', '1')), 'ACCOUNT_NOT_FOUND');
    const dollars = { ...paying(accountId, '1'), amount: { currencyCode: 'USD', amount: '1' } };
    await refused(teller.depositCash(dollars), 'CURRENCY_MISMATCH');
    await refused(teller.depositCash(paying(accountId, '0.00')), 'AMOUNT_NOT_POSITIVE');
    const freeze = { requestId: aRequestId(), accountId, credits: true, reason: FreezeReason.SANCTIONS };
    await accountsAs(bank(), 'BACK_OFFICE').freezeAccount(freeze);
    await refused(teller.depositCash(paying(accountId, '1')), 'ACCOUNT_FROZEN');
    const migrating = await openAccount(bank(), { migrating: true });
    await refused(teller.depositCash(paying(migrating.accountId, '1')), 'ACCOUNT_NOT_ACTIVE');
    const closed = await openAccount(bank());
    await accountsAs(bank(), 'BACK_OFFICE').closeAccount({ requestId: aRequestId(), accountId: closed.accountId });
    await refused(teller.depositCash(paying(closed.accountId, '1')), 'ACCOUNT_CLOSED');
  });

  it('is for staff at the counter', async () => {
    const owner = await registerPerson(bank());
    const { accountId } = await openAccount(bank(), { owners: [owner] });
    const client = bank().asPrincipal(TransactionService, customer(owner));
    await refused(client.depositCash(paying(accountId, '1')), 'CALLER_NOT_ALLOWED');
    await refused(as(bank(), 'BACK_OFFICE').depositCash(paying(accountId, '1')), 'CALLER_NOT_ALLOWED');
  });

  it('is taken at the branch of the account, and at another as for no account', async () => {
    const { accountId } = await openAccount(bank(), { branchId: 'brn_here' });
    await at(bank(), 'brn_here', 'TELLER').depositCash(paying(accountId, '1'));
    const other = at(bank(), 'brn_there', 'TELLER', 'AUDITOR');
    const foreign = await refused(other.depositCash(paying(accountId, '1')), 'ACCOUNT_NOT_FOUND');
    const unknown = await refused(other.depositCash(paying('acc_unknown', '1')), 'ACCOUNT_NOT_FOUND');
    expect(JSON.stringify(foreign)).to.equal(JSON.stringify(unknown));
  });
});
