// Which limits an order is held to, and from which date each counts.
import { fromPositiveMoney } from '#chassis/money.ts';
import {
  type Limit,
  type LimitChannel,
  LimitPeriod,
  LimitSubject,
  PayeeClass,
} from '#gen/bank/transaction/v1/limit_pb.ts';
import { refuse } from './refusals.ts';

export type Period = 'transaction' | 'day' | 'week' | 'month';

/** An order, as far as limits ask. */
export interface Limited {
  readonly customerId: string;
  readonly accountId: string;
  readonly currency: string;
  readonly channel: LimitChannel;
  readonly payeeClass: PayeeClass;
  /** Whether somebody is paid who is no payee of the customer, or not for long. */
  readonly newPayee: boolean;
}

/** How much of a limit is left to an order: what all that count under one subject and date may be together. */
export interface Share {
  /** Whose: a customer, for what their tier allows; else the limit's code and whose it is. */
  readonly subject: string;
  readonly period: Period;
  /** The first date of the period, YYYY-MM-DD. */
  readonly date: string;
  readonly amountMax: bigint;
  readonly countMax: number | null;
  /** The limit; empty for a tier. */
  readonly code: string;
  /** Whose own limit may be lower; empty where there is none. */
  readonly customerId: string;
}

const PERIODS: Readonly<Record<number, Period>> = {
  [LimitPeriod.TRANSACTION]: 'transaction',
  [LimitPeriod.DAY]: 'day',
  [LimitPeriod.WEEK]: 'week',
  [LimitPeriod.MONTH]: 'month',
};

/** What an order on this date is held to. */
export function sharesOf(limits: readonly Limit[], order: Limited, today: Temporal.PlainDate): Share[] {
  return limits.filter((limit) => applies(limit, order)).map((limit) => shareOf(limit, order, today));
}

/** What is counted of somebody by a limit. */
export function shareOf(
  { code, subject, period: over, amount, count }: Limit,
  { customerId, accountId }: Pick<Limited, 'customerId' | 'accountId'>,
  today: Temporal.PlainDate,
): Share {
  const isOfCustomer = subject === LimitSubject.CUSTOMER;
  const period = PERIODS[over] ?? 'transaction';
  return {
    subject: `${code}/${isOfCustomer ? customerId : accountId}`,
    period,
    date: firstOf(period, today).toString(),
    amountMax: fromPositiveMoney(amount ?? { currencyCode: '', amount: '' }).minor,
    countMax: count || null,
    code,
    customerId: isOfCustomer ? customerId : '',
  };
}

function applies({ amount, channel, payeeClass }: Limit, order: Limited): boolean {
  if (amount?.currencyCode !== order.currency) return false;
  if (channel !== 0 && channel !== order.channel) return false;
  if (payeeClass === PayeeClass.NEW) return order.newPayee;
  return payeeClass === 0 || payeeClass === order.payeeClass;
}

/** The first date of the period that a date is in: weeks begin on Monday. */
export function firstOf(period: Period, date: Temporal.PlainDate): Temporal.PlainDate {
  if (period === 'week') return date.subtract({ days: date.dayOfWeek - 1 });
  return period === 'month' ? date.with({ day: 1 }) : date;
}

/** Refuses LIMITS_INVALID, and amounts that are none. */
export function checkLimits(limits: readonly Limit[]): void {
  for (const { amount } of limits) fromPositiveMoney(amount ?? { currencyCode: '', amount: '' });
  if (new Set(limits.map(({ code }) => code)).size < limits.length) throw refuse('LIMITS_INVALID');
}
