import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import { AccountState, MaturityInstruction } from '#gen/bank/account/v1/account_pb.ts';
import { useBank } from '../../_testbed/bank.ts';
import { checkLaws } from '../../_testbed/laws.ts';
import {
  ACCOUNT_BANK,
  accountsAs,
  accountsOf,
  aRequestId,
  openAccount,
  registerPerson,
} from '../../_testbed/opening.ts';
import { daysOf } from '../testing-days.ts';
import { aDeposit, aTermProduct } from '../testing-deposits.ts';

describe('WithdrawTermDeposit', function withdrawTermDeposit() {
  this.timeout(60_000);
  const bank = useBank(ACCOUNT_BANK);
  const withdrawing = (accountId: string, sweepAccountId: string) => {
    return { requestId: aRequestId('withdraw'), accountId, sweepAccountId };
  };

  it('ends a deposit early at the cost of its penalty, as it told before', async () => {
    const owner = await registerPerson(bank());
    const { current, deposit } = await aDeposit(bank(), owner);
    const { accountId } = deposit;
    const opened = Temporal.PlainDate.from(deposit.openDate);
    expect(deposit.termDeposit).to.deep.include({
      maturityDate: opened.add({ months: 1 }).toString(),
      instruction: MaturityInstruction.PAY_OUT,
      payoutAccountId: current.accountId,
    });
    const { balance, balanceOf, endDay } = daysOf(bank());
    await endDay();
    const client = accountsOf(bank(), owner);
    const closing = { requestId: aRequestId(), accountId, sweepAccountId: current.accountId };
    await refused(client.closeAccount(closing), 'TERM_DEPOSIT_BOUND');
    const request = withdrawing(accountId, current.accountId);
    const asked = await client.withdrawTermDeposit({ ...request, validateOnly: true });
    const { account, payout } = await client.withdrawTermDeposit(request);
    expect(asked.payout).to.deep.equal(payout);
    const { interest, penalty, withholdingTax, swept } = payout ?? {};
    // 10.00 of a night, half of it lost, 15 % tax on the rest.
    expect([interest, penalty, withholdingTax, swept].map((one) => one?.amount)).to.deep.equal([
      '10.00',
      '5.00',
      '0.75',
      '10004.25',
    ]);
    expect(account?.state).to.equal(AccountState.CLOSED);
    expect([await balanceOf(current), await balance('lac_accrued_interest_eur')]).to.deep.equal(['10004.25', '0.00']);
    await checkLaws(bank().database('ledger').superuserUrl);
  });

  it('refuses what is no deposit, and to pay out to others', async () => {
    const owner = await registerPerson(bank());
    const { current, deposit } = await aDeposit(bank(), owner);
    const foreign = await openAccount(bank(), { productId: 'prd_current_eur' });
    const client = accountsOf(bank(), owner);
    await refused(
      client.withdrawTermDeposit(withdrawing(current.accountId, deposit.accountId)),
      'ACCOUNT_NOT_TERM_DEPOSIT',
    );
    await refused(client.withdrawTermDeposit(withdrawing(deposit.accountId, foreign.accountId)), 'CREDITOR_NOT_FOUND');
    const teller = accountsAs(bank(), 'TELLER');
    const itself = withdrawing(deposit.accountId, deposit.accountId);
    await refused(teller.withdrawTermDeposit(itself), 'SAME_ACCOUNT');
  });

  it('is opened with an account to be paid out to, and nothing else is', async () => {
    const productId = await aTermProduct(accountsAs(bank(), 'BACK_OFFICE'));
    await refused(openAccount(bank(), { productId }), 'PAYOUT_ACCOUNT_INVALID');
    const { accountId: payoutAccountId } = await openAccount(bank());
    await refused(openAccount(bank(), { payoutAccountId }), 'PAYOUT_ACCOUNT_INVALID');
    await refused(openAccount(bank(), { productId, payoutAccountId }), 'CURRENCY_MISMATCH');
    await refused(openAccount(bank(), { productId, payoutAccountId: 'acc_unknown' }), 'CREDITOR_NOT_FOUND');
  });
});
