import { expect } from 'chai';
import fc from 'fast-check';
import { holds } from '#chassis/testing/property.ts';
import { decimal, divide, type Rounding, round } from './decimal.ts';

describe('decimals', () => {
  const cases: [string, number, Rounding, string][] = [
    ['0.125', 2, 'half_even', '0.12'],
    ['0.135', 2, 'half_even', '0.14'],
    ['0.125', 2, 'half_up', '0.13'],
    ['0.1299', 2, 'down', '0.12'],
    ['-0.125', 2, 'half_up', '-0.13'],
    ['-0.129', 2, 'down', '-0.12'],
    ['2.5', 0, 'half_even', '2'],
  ];
  for (const [value, places, rounding, expected] of cases) {
    it(`${value} to ${places} places, ${rounding}, is ${expected}`, () => {
      expect(round(decimal(value), places, rounding).toFixed()).to.equal(expected);
    });
  }

  it('are divided as whole numbers would be, and rounded once', () =>
    holds(
      fc.property(
        fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }),
        fc.bigInt({ min: 1n, max: 10n ** 9n }),
        (value, by) => {
          const scaled = value * 10n ** 10n;
          const whole = scaled / by;
          const left = (scaled < 0n ? -scaled : scaled) % by;
          const isUp = left * 2n > by || (left * 2n === by && whole % 2n !== 0n);
          const expected = isUp ? whole + (scaled < 0n ? -1n : 1n) : whole;
          const quotient = divide(decimal(value), decimal(by), 10, 'half_even');
          expect(quotient.times(decimal(10n ** 10n)).toFixed()).to.equal(String(expected));
        },
      ),
      { runs: 500, proofRuns: 50_000 },
    ));
});
