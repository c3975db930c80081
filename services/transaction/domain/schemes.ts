// The schemes by which the bank pays to other banks: which it uses for a currency, and when a payment by it is executed.
import { czechHolidays, isBusinessDay, targetHolidays } from '#rules/calendar.ts';
import { refuse } from './refusals.ts';

/** A scheme. INSTANT works around the clock; the others have business days, and a time after which they take no more for a day. */
export interface Scheme {
  readonly name: 'INSTANT' | 'CERTIS' | 'TARGET';
  /** Absent: it has none. */
  readonly cutOff?: Temporal.PlainTime;
}

/** The bank's time, and where it is. */
export interface Now {
  readonly openDate: Temporal.PlainDate;
  readonly now: Temporal.Instant;
  readonly timeZone: string;
}

const HOLIDAYS = { CERTIS: czechHolidays, TARGET: targetHolidays };
const FARTHEST_DAYS = 365;

/** Reads schemes as the configuration writes them: `CZK:CERTIS:16:00,EUR:INSTANT`. Throws a sentence for what is none. */
export function readSchemes(text: string): ReadonlyMap<string, Scheme> {
  const entries = text.split(',').filter((entry) => entry !== '');
  return new Map(
    entries.map((entry) => {
      const [, currency = '', name = '', time] =
        /^([A-Z]{3}):(INSTANT|CERTIS|TARGET)(?::(\d\d:\d\d))?$/.exec(entry) ?? [];
      if (currency === '' || (name === 'INSTANT') !== (time === undefined)) {
        throw new Error(
          `the configuration is wrong. PAYMENT_SCHEMES: ${entry} is no currency with a scheme and its cut-off`,
        );
      }
      const cutOff = time === undefined ? {} : { cutOff: Temporal.PlainTime.from(time) };
      return [currency, { name: name as Scheme['name'], ...cutOff }] as const;
    }),
  );
}

/**
 * On which day a payment is executed that is asked for on one, or as soon as can be. Refuses EXECUTION_DATE_PASSED and
 * EXECUTION_DATE_TOO_FAR.
 */
export function executionDate(scheme: Scheme, asked: Temporal.PlainDate | undefined, now: Now): Temporal.PlainDate {
  const { openDate } = now;
  if (asked && Temporal.PlainDate.compare(asked, openDate) < 0) throw refuse('EXECUTION_DATE_PASSED');
  if (asked && openDate.until(asked).days > FARTHEST_DAYS) throw refuse('EXECUTION_DATE_TOO_FAR');
  const wanted = asked ?? openDate;
  const isLate = wanted.equals(openDate) && isAfterCutOff(scheme, now);
  return businessDay(scheme, isLate ? wanted.add({ days: 1 }) : wanted);
}

/** The last of so many business days after a day, as those have them who settle the currency. */
export function businessDaysAfter(currency: string, day: Temporal.PlainDate, count: number): Temporal.PlainDate {
  const scheme: Scheme = { name: currency === 'CZK' ? 'CERTIS' : 'TARGET' };
  let last = day;
  for (let passed = 0; passed < count; passed += 1) last = businessDay(scheme, last.add({ days: 1 }));
  return last;
}

function isAfterCutOff({ cutOff }: Scheme, { openDate, now, timeZone }: Now): boolean {
  if (!cutOff) return false;
  const end = openDate.toZonedDateTime({ timeZone, plainTime: cutOff }).toInstant();
  return Temporal.Instant.compare(now, end) >= 0;
}

/** The day itself, or the next on which the scheme does business. */
function businessDay({ name }: Scheme, day: Temporal.PlainDate): Temporal.PlainDate {
  if (name === 'INSTANT') return day;
  const holidays = new Set(
    [day.year, day.year + 1].flatMap((year) => HOLIDAYS[name](year).map(({ date }) => date.toString())),
  );
  let found = day;
  while (!isBusinessDay(found, holidays)) found = found.add({ days: 1 });
  return found;
}
