import { expect } from 'chai';
import { newId } from '#chassis/id.ts';
import { refused } from '#chassis/testing/service.ts';
import { journal, terms, useLedger } from '../testing.ts';

describe('SetLedgerAccountLimits', () => {
  const bank = useLedger();
  const eur = (amount: string) => ({ currencyCode: 'EUR', amount });
  const set = (ledgerAccountId: string, limits: object) =>
    bank.as('account').setLedgerAccountLimits({ requestId: newId('evt'), ledgerAccountId, ...limits });

  it('sets what is given, and takes away what is not', async () => {
    const alice = await bank.open();
    const { ledgerAccount } = await set(alice, { floor: eur('-100'), ceiling: eur('1000') });
    expect(terms(ledgerAccount)).to.include({ floor: '-100.00', ceiling: '1000.00' });
    const without = await set(alice, {});
    expect(terms(without.ledgerAccount)).to.include({ floor: undefined, ceiling: undefined });
  });

  it('lets an account use its overdraft, and no more', async () => {
    const alice = await bank.open();
    const cash = await bank.cash();
    await set(alice, { floor: eur('-100') });
    const pay = (amount: string) => journal(alice, cash, amount);
    expect(await bank.post([pay('100.00'), pay('0.01')])).to.deep.equal(['posted', 'INSUFFICIENT_FUNDS']);
  });

  it('leaves a balance that is beyond the new limit, which can then only get better', async () => {
    const alice = await bank.funded('50.00');
    const cash = await bank.cash();
    await set(alice, { floor: eur('80'), ceiling: eur('90') });
    expect(
      await bank.post([journal(alice, cash, '0.01'), journal(cash, alice, '10'), journal(cash, alice, '30.01')]),
    ).to.deep.equal(['INSUFFICIENT_FUNDS', 'posted', 'CEILING_EXCEEDED']);
  });

  it('refuses what has no limits to set', async () => {
    await refused(set(newId('lac'), {}), 'LEDGER_ACCOUNT_NOT_FOUND');
    const alice = await bank.open();
    await refused(set(alice, { floor: { currencyCode: 'USD', amount: '0' } }), 'CURRENCY_MISMATCH');
    await refused(set(alice, { floor: eur('1'), ceiling: eur('0') }), 'REQUEST_INVALID');
    await refused(set(await bank.cash('EUR', true), {}), 'LEDGER_ACCOUNT_STRIPED');
    await refused(set(await bank.open({ migrating: true, floor: null }), {}), 'LEDGER_ACCOUNT_MIGRATING');
    await bank.as('account').closeLedgerAccount({ requestId: newId('evt'), ledgerAccountId: alice });
    await refused(set(alice, {}), 'LEDGER_ACCOUNT_CLOSED');
  });

  it('numbers the changes of an account without a gap', async () => {
    const alice = await bank.open();
    await Promise.all(Array.from({ length: 10 }, (_, index) => set(alice, { ceiling: eur(String(index)) })));
    const rows = await bank.database.query(
      'select aggregate_sequence::int as sequence from outbox where aggregate_id = $1 order by 1',
      [alice],
    );
    expect(rows.map(({ sequence }) => sequence)).to.deep.equal([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  });
});
