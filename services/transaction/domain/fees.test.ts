import { expect } from 'chai';
import { feeOf } from './fees.ts';

/** flat · rate % · minimum · maximum · amount → fee, all in minor units; `-` is absent. */
const TABLE = `
  0     -        -     -       100000             0
  500   -        -     -       100000             500
  0     0.1      -     -       100000             100
  500   0.1      -     -       100000             600
  500   0.1      700   -       100000             700
  500   0.1      -     550     100000             550
  0     0.5      -     -       100                0
  0     0.5      -     -       300                2
  0     0.5      -     -       500                2
  0     0.5      -     -       700                4
  0     0.15     -     -       1000               2
  0     0.000001 -     -       50000000           0
  0     0.000001 -     -       150000000          2
  0     0.000001 -     -       150000001          2
  0     33.333333 -    -       3                  1
  0     100      -     -       9223372036854775807 9223372036854775807
  0     0.1      -     -       9007199254740993   9007199254741
  0     -        10    -       100                10
  20    -        -     10      100                10
  0     -        20    10      100                10
`;

describe('A fee', () => {
  for (const line of TABLE.trim().split('\n')) {
    const [flat = '', rate = '', minimum = '', maximum = '', amount = '', expected = ''] = line.trim().split(/\s+/);
    const limit = (text: string) => (text === '-' ? undefined : BigInt(text));

    it(`of ${flat} and ${rate} % between ${minimum} and ${maximum} on ${amount} is ${expected}`, () => {
      const ratePercent = rate === '-' ? '' : rate;
      const terms = { flat: BigInt(flat), ratePercent, minimum: limit(minimum), maximum: limit(maximum) };
      expect(feeOf(terms, BigInt(amount))).to.equal(BigInt(expected));
    });
  }
});
