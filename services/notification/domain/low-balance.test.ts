import { expect } from 'chai';
import fc from 'fast-check';
import { holds } from '#chassis/testing/property.ts';
import { crossed } from './low-balance.ts';

describe('a low balance', () => {
  const jana = { partyId: 'cus_jana', accountId: 'acc_1', currency: 'CZK', below: 100n };
  const fall = (balanceAfter: bigint, amount: bigint) => ({
    accountId: 'acc_1',
    currency: 'CZK',
    amount,
    balanceAfter,
  });

  it('is told when a booking takes the account from there to below, and not again while it is low', () => {
    expect(crossed(fall(99n, 1n), [jana])).to.deep.equal([jana]);
    expect(crossed(fall(-50n, 500n), [jana])).to.deep.equal([jana]);
    expect([fall(100n, 50n), fall(98n, 1n)].map((one) => crossed(one, [jana]))).to.deep.equal([[], []]);
    const others = [
      { ...jana, accountId: 'acc_2' },
      { ...jana, currency: 'EUR' },
    ];
    expect(crossed(fall(99n, 1n), others)).to.deep.equal([]);
  });

  it('is told once for each time that the balance goes from there to below, in however many bookings', async () => {
    const amounts = fc.array(fc.bigInt({ min: -300n, max: 300n }), { maxLength: 50 });
    const property = fc.property(amounts, (changes) => {
      let balance = 1_000n;
      let expected = 0;
      let told = 0;
      let low = false;
      for (const change of changes) {
        balance += change;
        if (change < 0n) told += crossed(fall(balance, -change), [jana]).length;
        if (balance < jana.below && !low) expected += 1;
        low = balance < jana.below;
      }
      return told === expected;
    });
    await holds(property, { runs: 300, proofRuns: 10_000 });
  });
});
