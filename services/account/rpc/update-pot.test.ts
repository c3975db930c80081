import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import { HolderRole } from '#gen/bank/account/v1/account_pb.ts';
import { useBank } from '../../_testbed/bank.ts';
import {
  ACCOUNT_BANK,
  accountsAs,
  accountsOf,
  aRequestId,
  openAccount,
  registerPerson,
} from '../../_testbed/opening.ts';
import { approvedAccounts } from '../testing-mandates.ts';
import { aPot } from '../testing-pots.ts';

describe('UpdatePot', () => {
  const bank = useBank(ACCOUNT_BANK);
  const update = (potId: string, change: object) => ({ requestId: aRequestId('update'), potId, ...change });

  it('changes what is named, and takes away a goal that is named and absent', async () => {
    const owner = await registerPerson(bank());
    const { accountId } = await openAccount(bank(), { owners: [owner] });
    const client = accountsOf(bank(), owner);
    const potId = await aPot(client, accountId, 'Holiday');
    const goal = { goalAmount: { currencyCode: 'CZK', amount: '500.00' }, goalDate: '2999-01-01' };
    const { pot } = await client.updatePot(update(potId, { displayName: 'Bike', ...goal }));
    expect(pot).to.deep.include({ potId, displayName: 'Bike', goalDate: '2999-01-01' });
    const without = await client.updatePot(update(potId, { updateMask: { paths: ['goal_amount', 'goal_date'] } }));
    expect(without.pot).to.deep.include({ displayName: 'Bike', goalDate: '' });
    expect(without.pot?.goalAmount).to.equal(undefined);
    const { pots } = await client.listPots({ accountId });
    expect(pots.map((one) => one.pot)).to.deep.equal([without.pot]);
  });

  it('refuses what is no pot, another’s, closed, or nothing to change', async () => {
    const [owner, other] = await Promise.all([registerPerson(bank()), registerPerson(bank())]);
    const { accountId } = await openAccount(bank(), { owners: [owner] });
    const client = accountsOf(bank(), owner);
    const potId = await aPot(client, accountId);
    const named = { displayName: 'x' };
    await refused(accountsOf(bank(), other).updatePot(update(potId, named)), 'POT_NOT_FOUND');
    await refused(client.updatePot(update('pot_none', named)), 'POT_NOT_FOUND');
    await refused(client.updatePot(update(potId, {})), 'REQUEST_INVALID');
    const euro = { goalAmount: { currencyCode: 'EUR', amount: '1.00' } };
    await refused(client.updatePot(update(potId, euro)), 'CURRENCY_MISMATCH');
    await refused(client.updatePot(update(potId, { goalDate: '2001-01-01' })), 'DATE_INVALID');
    await client.closePot({ requestId: aRequestId(), potId });
    await refused(client.updatePot(update(potId, named)), 'POT_CLOSED');
  });

  it('keeps the names of pots for who owns the account first from now on', async () => {
    const [before, after] = await Promise.all([registerPerson(bank()), registerPerson(bank())]);
    const { accountId } = await openAccount(bank(), { owners: [before] });
    await aPot(accountsAs(bank(), 'TELLER'), accountId, 'Ours');
    const holders = [{ customerId: after, role: HolderRole.OWNER }];
    await approvedAccounts(bank()).changeHolders({ requestId: aRequestId('holders'), accountId, holders });
    const rows = await bank()
      .database('account')
      .query<{ name: Buffer }>(`select name from pot where account_id = '${accountId}'`);
    expect(rows[0]?.name.includes(Buffer.from(after)), 'sealed under the new owner’s key').to.equal(true);
    const { pots } = await accountsOf(bank(), after).listPots({ accountId });
    expect(pots[0]?.pot?.displayName).to.equal('Ours');
  });
});
