import { expect } from 'chai';
import { newId } from '#chassis/id.ts';
import { refused } from '#chassis/testing/service.ts';
import { useLedger } from '../testing.ts';

describe('GetBalances', () => {
  const bank = useLedger();

  it('reads balances in the order asked for, each on its normal side, and leaves out unknown ids', async () => {
    const alice = await bank.funded('30.00', { floor: '-20' });
    const cash = await bank.cash();
    const ids = [cash, newId('lac'), alice, alice];
    const { balances } = await bank.as('transaction').getBalances({ ledgerAccountIds: ids });
    expect(
      balances.map((one) => [one.ledgerAccountId, one.booked?.amount, one.available?.amount, one.version]),
    ).to.deep.equal([
      [cash, '0.00', undefined, 0n],
      [alice, '30.00', '50.00', 1n],
      [alice, '30.00', '50.00', 1n],
    ]);
  });

  it('reads up to a thousand at once', async () => {
    const alice = await bank.open();
    const { balances } = await bank.as('account').getBalances({ ledgerAccountIds: Array(1000).fill(alice) });
    expect(balances).to.have.length(1000);
    await refused(bank.as('account').getBalances({ ledgerAccountIds: Array(1001).fill(alice) }), 'REQUEST_INVALID');
    await refused(bank.as('account').getBalances({}), 'REQUEST_INVALID');
    await refused(bank.as('account').getBalances({ ledgerAccountIds: ['a\0b'] }), 'REQUEST_INVALID');
  });
});
