import { expect } from 'chai';
import { cardNumber, checkDigit, isCardNumber } from './card-number.ts';

describe('Numbers of cards', () => {
  // The example by which the formula is taught, and numbers that acquirers publish for tests.
  const known = ['79927398713', '4111111111111111', '5555555555554444', '378282246310005', '6011111111111117'];
  for (const number of known)
    it(`end ${number} with their check digit`, () => {
      expect(checkDigit(number.slice(0, -1))).to.equal(number.slice(-1));
    });

  it('are told from what is none, and from one with two digits swapped', () => {
    expect(known.slice(1).map(isCardNumber)).to.deep.equal([true, true, true, true]);
    const wrong = ['4111111111111112', '41111111111', '411111111111111x', '5555555555545444'];
    expect(wrong.map(isCardNumber)).to.deep.equal([false, false, false, false]);
  });

  it('are made of the issuer and a serial, and no longer than sixteen digits', () => {
    expect(cardNumber('99997000', 1n)).to.match(/^999970000000001[0-9]$/);
    expect(isCardNumber(cardNumber('999970', 123_456_789n))).to.equal(true);
    expect(() => cardNumber('99997000', 10_000_000n)).to.throw('no number');
  });
});
