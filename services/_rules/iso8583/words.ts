// What stands in elements of ISO 8583, in the words of the bank.
import { exponentOf } from '../currency.ts';

/** The currencies that cards are used in here, by the digits of ISO 4217. */
const CURRENCIES: Readonly<Record<string, string>> = {
  '036': 'AUD',
  '124': 'CAD',
  '203': 'CZK',
  '208': 'DKK',
  '348': 'HUF',
  '392': 'JPY',
  '578': 'NOK',
  '752': 'SEK',
  '756': 'CHF',
  '826': 'GBP',
  '840': 'USD',
  '946': 'RON',
  '978': 'EUR',
  '985': 'PLN',
};

/** The digits of a currency; undefined where none are known. */
export function currencyDigits(code: string): string | undefined {
  return Object.entries(CURRENCIES).find(([, one]) => one === code)?.[0];
}

/** An amount of minor units, in the digits of an element, as the bank writes it; undefined in a currency that is not known. */
export function amountOf(digits: string, currency: string): { currencyCode: string; amount: string } | undefined {
  const currencyCode = CURRENCIES[currency];
  const exponent = currencyCode === undefined ? undefined : exponentOf(currencyCode);
  if (currencyCode === undefined || exponent === undefined) return undefined;
  const padded = digits.replace(/^0+/, '').padStart(exponent + 1, '0');
  const point = padded.length - exponent;
  const amount = exponent === 0 ? padded : `${padded.slice(0, point)}.${padded.slice(point)}`;
  return { currencyCode, amount };
}

/** The digits of an amount: minor units, twelve of them. */
export function amountDigits(amount: string): string {
  return amount.replace('.', '').padStart(12, '0');
}

/** By what a message is told from others, out of the element of the message that is meant (90). */
export function originalOf(element: string) {
  return {
    type: element.slice(0, 4),
    traceNumber: element.slice(4, 10),
    transmissionTime: element.slice(10, 20),
    acquirer: element.slice(20, 31).replace(/^0+(?=.)/, ''),
  };
}

/**
 * A time of transmission (MMDDhhmmss, UTC) with the year that it does not say: that in which it is nearest to now. So the same
 * numbers a year later are those of another message.
 */
export function withYear(transmissionTime: string, nowMs: number): string {
  const now = new Date(nowMs);
  const away = Number(transmissionTime.slice(0, 2)) - (now.getUTCMonth() + 1);
  return `${now.getUTCFullYear() + (away > 6 ? -1 : away < -6 ? 1 : 0)}${transmissionTime}`;
}
