import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import { MaturityInstruction } from '#gen/bank/account/v1/account_pb.ts';
import { useBank } from '../../_testbed/bank.ts';
import { ACCOUNT_BANK, accountsOf, aRequestId, openAccount, registerPerson } from '../../_testbed/opening.ts';
import { aDeposit } from '../testing-deposits.ts';

describe('SetMaturityInstruction', () => {
  const bank = useBank(ACCOUNT_BANK);

  it('says what becomes of a deposit, and where it is paid out to', async () => {
    const owner = await registerPerson(bank());
    const { current, deposit } = await aDeposit(bank(), owner);
    const other = await openAccount(bank(), { owners: [owner], productId: 'prd_current_eur' });
    const foreign = await openAccount(bank(), { productId: 'prd_current_eur' });
    const client = accountsOf(bank(), owner);
    const set = (accountId: string, payoutAccountId = '') =>
      client.setMaturityInstruction({
        requestId: aRequestId('maturity'),
        accountId,
        instruction: MaturityInstruction.RENEW,
        payoutAccountId,
      });
    const { account } = await set(deposit.accountId, other.accountId);
    expect(account?.termDeposit).to.deep.include({
      instruction: MaturityInstruction.RENEW,
      payoutAccountId: other.accountId,
    });
    expect((await set(deposit.accountId)).account?.termDeposit?.payoutAccountId).to.equal(other.accountId);
    await refused(set(current.accountId), 'ACCOUNT_NOT_TERM_DEPOSIT');
    await refused(set(deposit.accountId, foreign.accountId), 'CREDITOR_NOT_FOUND');
    await refused(set(deposit.accountId, deposit.accountId), 'SAME_ACCOUNT');
  });
});
