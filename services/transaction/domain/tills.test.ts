import { expect } from 'chai';
import fc from 'fast-check';
import { toMoney } from '#chassis/money.ts';
import { Side } from '#gen/bank/ledger/v1/ledger_pb.ts';
import { checkSolo, closingLegs, countedOf, readSoloAmounts } from './tills.ts';

const SOLO = readSoloAmounts('CZK:500,EUR:20');
const czk = (minor: bigint) => ({ currency: 'CZK', minor });

describe('A till', () => {
  it('lets its teller move so much alone, and more with somebody else', () => {
    checkSolo(czk(500_00n), SOLO, false);
    expect(() => checkSolo(czk(500_01n), SOLO, false))
      .to.throw()
      .with.property('reason', 'TILL_AMOUNT_EXCEEDED');
    expect(() => checkSolo(czk(-500_01n), SOLO, false))
      .to.throw()
      .with.property('reason', 'TILL_AMOUNT_EXCEEDED');
    checkSolo(czk(500_01n), SOLO, true);
    const dollars = { currency: 'USD', minor: 1n };
    expect(() => checkSolo(dollars, SOLO, false))
      .to.throw()
      .with.property('reason', 'TILL_AMOUNT_EXCEEDED');
    expect(() => readSoloAmounts('CZK')).to.throw('TILL_SOLO_AMOUNTS: CZK is no currency');
  });

  it('is counted note by note, in its own currency', () => {
    const notes = [
      { denomination: toMoney(czk(2000_00n)), count: 3 },
      { denomination: toMoney(czk(50n)), count: 7 },
      { denomination: toMoney(czk(100_00n)), count: 0 },
    ];
    expect(countedOf(notes, 'CZK')).to.equal(6003_50n);
    expect(countedOf([], 'CZK')).to.equal(0n);
    expect(() => countedOf(notes, 'EUR'))
      .to.throw()
      .with.property('reason', 'CURRENCY_MISMATCH');
  });

  it('is empty at its end, whatever should have been in it and whatever was', () => {
    const amounts = fc.bigInt({ min: 0n, max: 10n ** 12n });
    const accounts = { till: 'till', vault: 'vault', difference: 'difference' };
    fc.assert(
      fc.property(amounts, amounts, (expected, counted) => {
        const legs = closingLegs(accounts, { currency: 'CZK', counted, difference: counted - expected });
        const sum = (account: string) =>
          legs
            .filter(({ ledgerAccountId }) => ledgerAccountId === account)
            .map(({ side, amount }) => BigInt(amount.replace('.', '')) * (side === Side.DEBIT ? 1n : -1n))
            .reduce((all, one) => all + one, 0n);
        expect(sum('till')).to.equal(-expected);
        expect(sum('vault')).to.equal(counted);
        expect(sum('difference')).to.equal(expected - counted);
      }),
    );
  });
});
