import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import { as, at } from '../testing.ts';
import { BRANCH, useBranch, vaultOf } from '../testing-tills.ts';

describe('GetVault', () => {
  const { bank } = useBranch();

  it('tells what is in the vault of a branch to its staff', async () => {
    expect(await vaultOf(bank())).to.equal('10000.00');
    const empty = { branchId: BRANCH, currencyCode: 'EUR' };
    expect((await at(bank(), BRANCH, 'TELLER').getVault(empty)).balance?.amount).to.equal('0.00');
    const opened = "select id from ledger_account where id like 'lac_vault_%_eur'";
    expect(await bank().database('ledger').query(opened)).to.deep.equal([]);
    await refused(at(bank(), 'brn_there', 'TELLER').getVault(empty), 'BRANCH_NOT_ALLOWED');
    await refused(as(bank(), 'AUDITOR').getVault({ branchId: BRANCH, currencyCode: 'XQZ' }), 'CURRENCY_UNKNOWN');
  });
});
