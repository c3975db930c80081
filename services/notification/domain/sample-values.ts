// Made-up values, to show what a text would read like.
import { formatAmount, formatDate, formatTime } from './formatting.ts';
import type { Value } from './templates.ts';
import type { Locale } from './words.ts';

const CODE = 'K7QF-93XZ-M2PA';
const AT = new Date('2026-11-27T09:30:00Z');
const UNTIL = new Date('2026-11-27T09:45:00Z');

/** Values of a template, as they might be. */
export function sampleValues(values: readonly Value[], locale: Locale): Partial<Record<Value, string>> {
  const all: Readonly<Record<Value, string>> = {
    amount: formatAmount({ currencyCode: 'CZK', amount: '1234.50' }, locale),
    date: formatDate('2026-11-27', locale),
    time: formatTime(AT, locale, 'Europe/Prague'),
    failures: '5',
    code: CODE,
    below: formatAmount({ currencyCode: 'CZK', amount: '2000.00' }, locale),
    request: 'ReverseTransaction',
    outcome: 'executed',
    headline: 'Savings accounts at 3.1 %',
    text: 'From January, what you save earns more.',
    unsubscribe: 'https://bank.example/unsubscribe?token=1234',
    count: '2',
    notices: `${formatTime(AT, locale, 'Europe/Prague')}: A payment was refused`,
    expires: formatTime(UNTIL, locale, 'Europe/Prague'),
  };
  return Object.fromEntries(values.map((value) => [value, all[value]]));
}

/** Whether a text that was filled in says what it is for. */
export function saysCode(values: readonly Value[], body: string): boolean {
  return !values.includes('code') || body.includes(CODE);
}
