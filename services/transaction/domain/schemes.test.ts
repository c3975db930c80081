import { expect } from 'chai';
import { Refusal } from '#chassis/errors.ts';
import { executionDate, readSchemes } from './schemes.ts';

const schemes = readSchemes('CZK:CERTIS:16:00,EUR:TARGET:15:00,GBP:INSTANT');

/** On which day a payment is executed that is asked for at a time in Prague; asked for on a day, or as soon as can be. */
function on(currency: string, now: string, asked?: string): string {
  const scheme = schemes.get(currency);
  if (!scheme) throw new Error(`no scheme for ${currency}`);
  const timeZone = 'Europe/Prague';
  const time = Temporal.PlainDateTime.from(now);
  const instant = time.toZonedDateTime(timeZone).toInstant();
  const wanted = asked === undefined ? undefined : Temporal.PlainDate.from(asked);
  try {
    return executionDate(scheme, wanted, { openDate: time.toPlainDate(), now: instant, timeZone }).toString();
  } catch (error) {
    return error instanceof Refusal ? error.reason : String(error);
  }
}

describe('Schemes', () => {
  it('execute before the cut-off on the day, after it on the next business day', () => {
    const cases = [
      ['CZK', '2026-11-26T15:59:59', undefined, '2026-11-26'],
      ['CZK', '2026-11-26T16:00:00', undefined, '2026-11-27'],
      ['CZK', '2026-11-27T16:00:00', undefined, '2026-11-30'],
      ['CZK', '2026-11-28T09:00:00', undefined, '2026-11-30'],
      // Christmas Eve is a holiday here, and not of TARGET.
      ['CZK', '2026-12-23T17:00:00', undefined, '2026-12-28'],
      ['EUR', '2026-12-23T17:00:00', undefined, '2026-12-24'],
      ['EUR', '2026-12-31T16:00:00', undefined, '2027-01-04'],
      ['CZK', '2026-11-26T17:00:00', '2026-11-28', '2026-11-30'],
      ['CZK', '2026-11-26T17:00:00', '2026-12-01', '2026-12-01'],
      ['GBP', '2026-11-28T23:59:59', undefined, '2026-11-28'],
      ['GBP', '2026-11-28T12:00:00', '2026-11-27', 'EXECUTION_DATE_PASSED'],
      ['GBP', '2026-11-28T12:00:00', '2027-11-28', '2027-11-28'],
      ['GBP', '2026-11-28T12:00:00', '2027-11-29', 'EXECUTION_DATE_TOO_FAR'],
    ] as const;
    for (const [currency, now, asked, day] of cases)
      expect(on(currency, now, asked), `${currency} ${now}`).to.equal(day);
  });

  it('are refused with a sentence when they are none', () => {
    for (const wrong of ['CZK', 'CZK:CERTIS', 'CZK:INSTANT:16:00', 'CZK:SWIFT:16:00', 'czk:INSTANT']) {
      expect(() => readSchemes(wrong), wrong).to.throw('PAYMENT_SCHEMES');
    }
  });
});
