import { expect } from 'chai';
import { spread } from './spread.ts';

const DRAWN = 20_000;

/** Which share of all legs falls on the first `hot` accounts. */
function shareOfHot(accounts: number, hot: number): number {
  const { pair } = spread(accounts, hot);
  let legs = 0;
  for (let drawn = 0; drawn < DRAWN; drawn += 1) {
    const { debtor, creditor } = pair();
    expect(debtor).to.not.equal(creditor);
    legs += Number(debtor < Math.max(hot, 1)) + Number(creditor < Math.max(hot, 1));
  }
  return legs / DRAWN / 2;
}

describe('The accounts of a load', () => {
  it('are drawn evenly', () => expect(shareOfHot(100, 0)).to.be.closeTo(0.01, 0.003));
  it('are 100 in four of five legs', () => expect(shareOfHot(10_000, 100)).to.be.closeTo(0.8, 0.02));
  it('are one in four of five transfers, on one side', () => expect(shareOfHot(10_000, 1)).to.be.closeTo(0.4, 0.02));
});
