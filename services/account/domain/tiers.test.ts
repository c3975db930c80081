import { expect } from 'chai';
import type { Refusal } from '#chassis/errors.ts';
import { balanceLimit, checkTransferAmount, dayAllowances, type OwnerTier } from './tiers.ts';

describe('what the tiers of owners allow', () => {
  const of = (customerId: string, limits: OwnerTier['limits'], more: Partial<OwnerTier> = {}): OwnerTier => ({
    customerId,
    known: true,
    limited: true,
    limits,
    ...more,
  });
  const mine = of('a', { transferAmount: '100.00', dayAmount: '250.00', balanceAmount: '1000.00' });
  const wider = of('b', { transferAmount: '200.00', balanceAmount: '900.00' });
  const free = of('c', null, { limited: false });
  const reason = (work: () => unknown) => {
    try {
      work();
      return 'allowed';
    } catch (error) {
      return (error as Refusal).reason;
    }
  };
  const transfer = (minor: bigint, ...tiers: OwnerTier[]) =>
    reason(() => checkTransferAmount(tiers, { currency: 'EUR', minor }));

  it('is the least of all owners', () => {
    expect([transfer(10_000n, mine, wider), transfer(10_001n, mine, wider)]).to.deep.equal([
      'allowed',
      'TIER_LIMIT_EXCEEDED',
    ]);
    expect(dayAllowances([mine, wider, free], 'EUR')).to.deep.equal([{ customerId: 'a', minor: 25_000n }]);
    expect(balanceLimit([mine, wider, free], 'EUR')).to.equal(90_000n);
  });

  it('is anything where no owner is limited', () => {
    expect([transfer(10n ** 12n, free), transfer(10n ** 12n)]).to.deep.equal(['allowed', 'allowed']);
    expect([dayAllowances(null, 'EUR'), balanceLimit(null, 'EUR')]).to.deep.equal([[], undefined]);
  });

  it('is nothing in a currency of which the tier says nothing, and not known before it was told', () => {
    const other = of('d', null);
    expect([transfer(1n, other), balanceLimit([other], 'EUR')]).to.deep.equal(['TIER_LIMIT_EXCEEDED', 0n]);
    expect(transfer(1n, of('e', null, { known: false, limited: false }))).to.equal('SERVICE_UNAVAILABLE');
  });
});
