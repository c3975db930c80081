import { expect } from 'chai';
import { useBank } from '../../_testbed/bank.ts';
import { anOpening, openAccount, registerPerson, accountsOf } from '../../_testbed/opening.ts';

describe('OpenAccount', () => {
  const bank = useBank({ edge: false, services: ['ledger', 'customer', 'account'] });

  it('opens', async () => {
    const a = await openAccount(bank());
    console.log(a);
    const me = await registerPerson(bank());
    const r = anOpening({ owners: [me] });
    console.log(await accountsOf(bank(), me).openAccount(r), await accountsOf(bank(), me).openAccount(r));
    expect(1).to.equal(1);
  });
});
