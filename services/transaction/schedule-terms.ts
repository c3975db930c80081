// The terms of a scheduled payment, from the messages in which they are asked for.
import { readDate } from '#chassis/dates.ts';
import { fromMoney, fromPositiveMoney, refuseMoney } from '#chassis/money.ts';
import { BusinessDayConvention } from '#gen/bank/transaction/v1/scheduled_payment_pb.ts';
import type { Money } from '#gen/bank/type/v1/money_pb.ts';
import type { BusinessDayConvention as Convention } from '#rules/calendar.ts';
import type { Context } from './context.ts';
import { refuse, refuseRequest } from './domain/refusals.ts';
import { dueAfter, type Terms } from './domain/scheduling.ts';

/** How much each time, as it is asked for. */
type AskedAmount =
  | { readonly case: 'fixedAmount' | 'balanceAbove'; readonly value: Money }
  | { readonly case: undefined; readonly value?: undefined };

/** How much each time. Refuses an amount that is none. */
export function amountIn({ case: kind, value = { currencyCode: '', amount: '' } as Money }: AskedAmount) {
  if (kind !== 'balanceAbove') {
    const { currency, minor } = fromPositiveMoney(value);
    return { currency, amount: minor, sweeps: false };
  }
  const { currency, minor } = fromMoney(value);
  if (minor < 0n) throw refuseMoney('AMOUNT_NOT_POSITIVE');
  return { currency, amount: minor, sweeps: true };
}

/** How much is paid at most. Refuses another currency. */
export function totalIn(money: Money | undefined, currency: string): bigint | null {
  if (!money) return null;
  const total = fromPositiveMoney(money);
  if (total.currency !== currency) throw refuseRequest('CURRENCY_MISMATCH');
  return total.minor;
}

/** The last day. */
export function endIn(text: string): string | null {
  return readDate('end_date', text)?.toString() ?? null;
}

/** The convention of the rules. */
export function conventionFrom(convention: BusinessDayConvention): Convention {
  const names = Object.keys(BusinessDayConvention) as (keyof typeof BusinessDayConvention)[];
  const name = names.find((one) => BusinessDayConvention[one] === convention);
  return name === undefined || name === 'UNSPECIFIED' ? 'UNADJUSTED' : name;
}

/** Refuses a calendar that does not know the first day: CALENDAR_NOT_FOUND. */
export async function requireCalendar({ clock, holidays }: Context, terms: Terms): Promise<void> {
  if (terms.calendarCode === '') return;
  const first = dueAfter(terms, (await clock.read()).openDate);
  if (first && !(await holidays(terms.calendarCode, first))) throw refuse('CALENDAR_NOT_FOUND');
}
