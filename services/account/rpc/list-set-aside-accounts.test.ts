import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import { useBank } from '../../_testbed/bank.ts';
import { ACCOUNT_BANK, accountsAs, openAccount } from '../../_testbed/opening.ts';

describe('ListSetAsideAccounts', () => {
  const bank = useBank(ACCOUNT_BANK);

  it('lists the oldest first, and how many there are', async () => {
    const auditor = accountsAs(bank(), 'AUDITOR');
    expect((await auditor.listSetAsideAccounts({})).accounts).to.deep.equal([]);
    const { accountId } = await openAccount(bank());
    for (const [step, date] of [
      ['accrue-interest', '2026-05-02'],
      ['post-interest', '2026-05-01'],
    ]) {
      await bank()
        .database('account')
        .query(`insert into set_aside (step, account_id, date, reason) values ($1, $2, $3, 'WHY')`, [
          step,
          accountId,
          date,
        ]);
    }
    const { accounts, totalCount } = await auditor.listSetAsideAccounts({ pageSize: 1 });
    expect(accounts.map(({ step, businessDate, reason }) => [step, businessDate, reason])).to.deep.equal([
      ['post-interest', '2026-05-01', 'WHY'],
    ]);
    expect(totalCount).to.equal(2);
    await refused(accountsAs(bank(), 'TELLER').listSetAsideAccounts({}), 'CALLER_NOT_ALLOWED');
  });
});
