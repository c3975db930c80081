import { expect } from 'chai';
import { formatAmount, formatDate, formatTime } from './formatting.ts';
import type { Locale } from './words.ts';

describe('amounts, dates and times in words', () => {
  const amounts: [string, string, Locale, string][] = [
    ['1234.5', 'CZK', 'en', 'CZK 1,234.50'],
    ['1234.5', 'CZK', 'cs', '1 234,50 CZK'],
    ['1000', 'JPY', 'en', 'JPY 1,000'],
    ['1.5', 'KWD', 'en', 'KWD 1.500'],
    ['7', 'HUF', 'cs', '7,00 HUF'],
    ['-0.01', 'EUR', 'en', '-EUR 0.01'],
    // More digits than a JavaScript number holds.
    ['900719925474099312.34', 'EUR', 'en', 'EUR 900,719,925,474,099,312.34'],
  ];
  for (const [amount, currencyCode, locale, expected] of amounts) {
    it(`${amount} ${currencyCode} is ${expected} in ${locale}`, () => {
      expect(formatAmount({ currencyCode, amount }, locale).replace(/[\u00a0\u202f]/g, ' ')).to.equal(expected);
    });
  }

  it('times stand where the customer is, days where they are', () => {
    const instant = new Date('2026-03-28T23:30:00Z');
    expect(formatTime(instant, 'en', 'Europe/Prague')).to.match(/^March 29, 2026 at 12:30\sAM$/);
    expect(formatTime(instant, 'cs', 'America/New_York')).to.match(/^28\. března 2026 v 19:30$/);
    expect([formatDate('2026-11-27', 'en'), formatDate('2026-11-27', 'cs')]).to.deep.equal([
      'November 27, 2026',
      '27. listopadu 2026',
    ]);
  });
});
