// How amounts and times are written in a language. Amounts stay decimal strings: Intl takes them as they are.
import { exponentOf } from '#rules/currency.ts';
import type { Locale, Money } from './words.ts';

const amounts = new Map<string, Intl.NumberFormat>();
const times = new Map<string, Intl.DateTimeFormat>();

/** An amount with its currency, with the decimals that ISO 4217 gives it: `1,234.50 CZK` reads `CZK 1,234.50` in English. */
export function formatAmount({ currencyCode, amount }: Money, locale: Locale): string {
  const key = `${locale} ${currencyCode}`;
  const format = amounts.get(key) ?? amountFormat(locale, currencyCode);
  amounts.set(key, format);
  return format.format(amount as Intl.StringNumericLiteral);
}

function amountFormat(locale: Locale, currency: string): Intl.NumberFormat {
  const digits = exponentOf(currency) ?? 2;
  return new Intl.NumberFormat(locale, {
    style: 'currency',
    currency,
    currencyDisplay: 'code',
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}

/** A date and time, to the minute, where the customer is. */
export function formatTime(instant: Date, locale: Locale, timeZone: string): string {
  const key = `${locale} ${timeZone}`;
  const format = times.get(key) ?? new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeStyle: 'short', timeZone });
  times.set(key, format);
  return format.format(instant);
}

/** A day of the calendar, `YYYY-MM-DD`, in words. */
export function formatDate(date: string, locale: Locale): string {
  return Temporal.PlainDate.from(date).toLocaleString(locale, { dateStyle: 'long' });
}
