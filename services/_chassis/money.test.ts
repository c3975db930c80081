import { expect } from 'chai';
import fc from 'fast-check';
import { exponentOf } from '#rules/currency.ts';
import { Refusal } from './errors.ts';
import { fromMoney, fromPositiveMoney, MINOR_MAX, toDecimal, toMoney } from './money.ts';
import { holds } from './testing/property.ts';

describe('Money', () => {
  const reason = (work: () => unknown): string => {
    try {
      return String(work());
    } catch (error) {
      return error instanceof Refusal ? error.reason : String(error);
    }
  };
  const minor = (currencyCode: string, amount: string) => reason(() => fromMoney({ currencyCode, amount }).minor);

  it('is read exactly, in minor units of its currency', () => {
    const table = `
      EUR  12.50                  1250
      EUR  12.5                   1250
      EUR  12                     1200
      EUR  -0.05                  -5
      EUR  -0                     0
      EUR  0000.10                10
      JPY  100                    100
      JPY  9007199254740993       9007199254740993
      KWD  1.234                  1234
      KWD  9007199254740.993      9007199254740993
      EUR  90071992547409.93      9007199254740993
      CLF  0.0001                 1
      EUR  92233720368547758.07   9223372036854775807
      EUR  -92233720368547758.07  -9223372036854775807
      EUR  92233720368547758.08   AMOUNT_OUT_OF_RANGE
      KWD  999999999999999999     AMOUNT_OUT_OF_RANGE
      EUR  1.005                  CURRENCY_EXPONENT_EXCEEDED
      EUR  1.000                  CURRENCY_EXPONENT_EXCEEDED
      JPY  1.0                    CURRENCY_EXPONENT_EXCEEDED
      KWD  0.0001                 CURRENCY_EXPONENT_EXCEEDED
      XXX  1                      CURRENCY_UNKNOWN
      eur  1                      CURRENCY_UNKNOWN
      EUR  1e3                    AMOUNT_INVALID
      EUR  +1                     AMOUNT_INVALID
      EUR  1,00                   AMOUNT_INVALID
      EUR  .5                     AMOUNT_INVALID
      EUR  1.                     AMOUNT_INVALID
      EUR  --1                    AMOUNT_INVALID
      EUR  NaN                    AMOUNT_INVALID
      EUR  Infinity               AMOUNT_INVALID
      EUR  ١                      AMOUNT_INVALID
      EUR  1234567890123456789    AMOUNT_OUT_OF_RANGE
    `;
    for (const line of table.split('\n').flatMap((text) => text.trim() || [])) {
      const [currency = '', amount = '', expected] = line.split(/\s+/);
      expect(minor(currency, amount), line).to.equal(expected);
    }
    expect(minor('EUR', '')).to.equal('AMOUNT_INVALID');
    expect(minor('EUR', ' 1')).to.equal('AMOUNT_INVALID');
    expect(minor('EUR', '1\n')).to.equal('AMOUNT_INVALID');
    expect(minor('', '1')).to.equal('CURRENCY_UNKNOWN');
  });

  it('must be more than zero where it moves', () => {
    expect(reason(() => fromPositiveMoney({ currencyCode: 'EUR', amount: '0.01' }).minor)).to.equal('1');
    for (const amount of ['0', '0.00', '-0', '-0.01']) {
      expect(reason(() => fromPositiveMoney({ currencyCode: 'EUR', amount }))).to.equal('AMOUNT_NOT_POSITIVE');
    }
  });

  it('is written with exactly the decimals of its currency', () => {
    expect(toDecimal({ currency: 'EUR', minor: 5n })).to.equal('0.05');
    expect(toDecimal({ currency: 'EUR', minor: -5n })).to.equal('-0.05');
    expect(toDecimal({ currency: 'JPY', minor: -5n })).to.equal('-5');
    expect(toDecimal({ currency: 'KWD', minor: 5n })).to.equal('0.005');
    expect(toDecimal({ currency: 'EUR', minor: 0n })).to.equal('0.00');
    expect(() => toDecimal({ currency: 'XXX', minor: 0n })).to.throw('ISO 4217');
  });

  it('comes back unchanged from the wire, whatever the amount and the currency', async () => {
    const currencies = fc.constantFrom('EUR', 'JPY', 'KWD', 'CLF', 'CZK');
    // What 18 digits before the point can say.
    const amounts = fc.bigInt({ min: -(10n ** 18n) + 1n, max: 10n ** 18n - 1n });
    const property = fc.property(currencies, amounts, (currency, size) => {
      const written = toMoney({ currency, minor: size });
      expect(fromMoney(written)).to.deep.equal({ currency, minor: size });
      const decimals = written.amount.split('.')[1] ?? '';
      expect(decimals).to.have.length(exponentOf(currency) ?? -1);
    });
    await holds(property, { runs: 500, proofRuns: 50_000 });
    expect(fromMoney(toMoney({ currency: 'EUR', minor: MINOR_MAX })).minor).to.equal(MINOR_MAX);
  });

  it('is read as one amount or refused, whatever the text', async () => {
    const property = fc.property(fc.oneof(fc.string(), fc.stringMatching(/^-?[0-9.]{1,12}$/)), (amount) => {
      const read = minor('EUR', amount);
      const plain = /^-?\d{1,18}(\.\d{1,2})?$/.test(amount);
      expect(/^-?\d+$/.test(read)).to.equal(plain && read !== 'AMOUNT_OUT_OF_RANGE');
    });
    await holds(property, { runs: 500, proofRuns: 50_000 });
  });
});
