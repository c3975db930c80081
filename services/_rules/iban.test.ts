import { expect } from 'chai';
import fc from 'fast-check';
import { holds } from '#chassis/testing/property.ts';
import { issue, isValid, normalise } from './iban.ts';

/** The remainder of ISO 7064 MOD 97-10 over a whole number, which is 1 for every true IBAN. Shares nothing with ibantools. */
function remainder(iban: string): bigint {
  const moved = iban.slice(4) + iban.slice(0, 4);
  const digits = Array.from(moved, (character) => Number.parseInt(character, 36)).join('');
  return BigInt(digits) % 97n;
}

describe('IBAN', () => {
  it('knows the examples that ISO 13616 and the countries publish', () => {
    const published = [
      'CZ65 0800 0000 1920 0014 5399',
      'DE89 3704 0044 0532 0130 00',
      'GB29 NWBK 6016 1331 9268 19',
      'FR14 2004 1010 0505 0001 3M02 606',
      'NL91 ABNA 0417 1643 00',
      'SK31 1200 0000 1987 4263 7541',
      'KW81 CBKU 0000 0000 0000 1234 5601 01',
      'NO93 8601 1117 947',
    ];
    for (const iban of published) expect(isValid(normalise(iban)), iban).to.equal(true);
  });

  it('refuses what is none', () => {
    for (const iban of ['', 'CZ', 'CZ6508000000192000145398', 'CZ650800000019200014539', 'XX6508000000192000145399']) {
      expect(isValid(iban), iban).to.equal(false);
    }
    expect(isValid('CZ65 0800 0000 1920 0014 5399'), 'not in its normal form').to.equal(false);
  });

  it('takes spaces, hyphens and small letters away', () => {
    expect(normalise(' cz65-0800 0000\t1920 0014 5399 ')).to.equal('CZ6508000000192000145399');
  });

  it('issues numbers that pass the standard and the country, all different', async () => {
    const countries = fc.constantFrom(
      ['CZ', '0999'],
      ['SK', '0999'],
      ['DE', '99999999'],
      ['GB', 'BANK'],
      ['NL', 'BANK'],
    );
    const serial = fc.bigInt({ min: 1n, max: 999_999n });
    await holds(
      fc.property(countries, serial, serial, ([country = '', bankCode = ''], one, other) => {
        const iban = issue(country, bankCode, one);
        expect(remainder(iban)).to.equal(1n);
        expect(isValid(iban)).to.equal(true);
        expect(iban.slice(0, 2)).to.equal(country);
        expect(iban.slice(4, 4 + bankCode.length)).to.equal(bankCode);
        expect(iban === issue(country, bankCode, other)).to.equal(one === other);
      }),
      { runs: 200, proofRuns: 20_000 },
    );
  });

  it('is no longer true with any one digit changed, or two neighbours exchanged', async () => {
    const place = fc.integer({ min: 2, max: 22 });
    const digit = fc.integer({ min: 1, max: 9 });
    await holds(
      fc.property(fc.bigInt({ min: 1n, max: 99_999_999n }), place, digit, (serial, at, by) => {
        const iban = issue('CZ', '0999', serial);
        const changed = String((Number(iban[at]) + by) % 10);
        expect(isValid(iban.slice(0, at) + changed + iban.slice(at + 1))).to.equal(false);
        const exchanged = `${iban.slice(0, at)}${iban[at + 1]}${iban[at]}${iban.slice(at + 2)}`;
        expect(isValid(exchanged)).to.equal(exchanged === iban);
      }),
      { runs: 200, proofRuns: 20_000 },
    );
  });

  it('says so when a country has no place for the number', () => {
    expect(() => issue('CZ', '0999', 10n ** 14n)).to.throw(RangeError, 'CZ has no account number');
    expect(() => issue('GB', '0999', 1n)).to.throw(RangeError);
    expect(() => issue('XX', '0999', 1n)).to.throw(RangeError);
  });
});
