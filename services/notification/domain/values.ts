// What a text is filled in with: the facts of a notice, in the customer's language and time zone.
import { formatAmount, formatDate, formatTime } from './formatting.ts';
import type { Preferences } from './preferences.ts';
import type { Value } from './templates.ts';
import type { Facts } from './words.ts';

/** What a text holds besides facts: news of products, what is gathered, a code. */
export type Enclosed = Partial<Record<'headline' | 'text' | 'unsubscribe' | 'count' | 'notices' | 'code', string>>;

/** The facts of a notice, as they are written. */
export function valuesOf(
  facts: Facts,
  occurMs: number,
  { locale, timeZone }: Pick<Preferences, 'locale' | 'timeZone'>,
): Partial<Record<Value, string>> {
  const { amount, below, bookingDate, failures, expireMs, request, outcome } = facts;
  return {
    time: formatTime(new Date(occurMs), locale, timeZone),
    // A text may ask whether there is an amount, or a day.
    amount: amount ? formatAmount(amount, locale) : '',
    ...(below && { below: formatAmount(below, locale) }),
    date: bookingDate ? formatDate(bookingDate, locale) : '',
    ...(expireMs !== undefined && { expires: formatTime(new Date(expireMs), locale, timeZone) }),
    request: request ?? '',
    ...(outcome && { outcome }),
    ...(failures !== undefined && { failures: String(failures) }),
  };
}
