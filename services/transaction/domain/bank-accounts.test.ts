import { expect } from 'chai';
import { bankAccount, bankAccountNamed, drawerAccount, vaultAccount } from './bank-accounts.ts';

describe("The bank's own accounts", () => {
  it('say by their ids what they are', () => {
    const clearing = bankAccountNamed(bankAccount('card_clearing', 'JPY'));
    expect(clearing).to.include({ currencyCode: 'JPY', generalLedgerCode: '1100' });
    expect(clearing).not.to.have.property('floor');
    const vault = bankAccountNamed(vaultAccount('brn_west_2_usd', 'CZK'));
    expect(vault?.floor).to.include({ currencyCode: 'CZK', amount: '0.00' });
    expect(vault).to.include({ generalLedgerCode: '1011', ledgerAccountId: 'lac_vault_west_2_usd_czk' });
    expect(bankAccountNamed(drawerAccount('brn_west', 3, 'EUR'))).to.include({ generalLedgerCode: '1012' });
  });

  it('are none of the customers', () => {
    for (const id of ['lac_01m8h9a5hdfaj94vhyczcrb9xn', 'lac_constructor_czk', 'lac_accrued_interest_czk', '']) {
      expect(bankAccountNamed(id), id).to.equal(undefined);
    }
  });
});
