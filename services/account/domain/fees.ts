// Periodic fees: what a period of an account costs by the terms of its product.
import { type Decimal, decimal, divide, round, ZERO } from '#rules/decimal.ts';
import { ACCRUAL_PLACES, endsPeriod, type Period, periodStart } from './interest.ts';

type Day = Temporal.PlainDate;

/** What becomes of a fee for which there is no room. */
export type FeeShortfall = 'overdraw' | 'set_aside';
export type FeeState = 'expected' | 'planned' | 'charged' | 'waived' | 'set_aside';
/** Why nothing is asked. */
export type Waiver = 'FREE_PERIOD' | 'LOWEST_BALANCE' | 'AVERAGE_BALANCE' | 'NOTHING_TO_CHARGE';

/** A periodic fee of a product. Amounts are in units of the currency. */
export interface PeriodicFee {
  readonly code: string;
  readonly displayName: string;
  readonly period: Period;
  /** From the lowest average balance up; the first is from zero. */
  readonly tiers: readonly { readonly from: Decimal; readonly flat: Decimal; readonly ratePercent: Decimal }[];
  readonly minimum: Decimal | undefined;
  readonly maximum: Decimal | undefined;
  readonly freePeriods: number;
  readonly waivedFromLowest: Decimal | undefined;
  readonly waivedFromAverage: Decimal | undefined;
  readonly shortfall: FeeShortfall;
}

/** The balances of the nights of a period. */
export interface Balances {
  readonly average: Decimal;
  readonly lowest: Decimal;
}

/** The average, to 10 places, and the lowest of the balances of some nights; nothing of no nights. */
export function balancesOf(
  days: { readonly from: Day; readonly until: Day },
  balanceOn: (day: Day) => Decimal,
): Balances {
  let [sum, count, lowest]: [Decimal, bigint, Decimal | undefined] = [ZERO, 0n, undefined];
  for (let day = days.from; Temporal.PlainDate.compare(day, days.until) <= 0; day = day.add({ days: 1 })) {
    const balance = balanceOn(day);
    sum = sum.plus(balance);
    count += 1n;
    if (!lowest || balance.lt(lowest)) lowest = balance;
  }
  const average = count === 0n ? ZERO : divide(sum, decimal(count), ACCRUAL_PLACES, 'half_even');
  return { average, lowest: lowest ?? ZERO };
}

/** What a fee comes to, and why it is not asked for, where it is not. */
export function feeOf(
  fee: PeriodicFee,
  { average, lowest }: Balances,
  life: { readonly openDate: Day; readonly day: Day },
  exponent: number,
): { readonly amount: Decimal; readonly waiver: Waiver | undefined } {
  const base = average.lt(ZERO) ? ZERO : average;
  const tier = fee.tiers.findLast(({ from }) => base.gte(from));
  const percents = base.times(tier?.ratePercent ?? ZERO);
  const priced = round((tier?.flat ?? ZERO).plus(percents.div(decimal('100'))), exponent, 'half_even');
  const raised = fee.minimum && priced.lt(fee.minimum) ? fee.minimum : priced;
  const amount = fee.maximum && raised.gt(fee.maximum) ? fee.maximum : raised;
  return { amount, waiver: waiverOf() };

  function waiverOf(): Waiver | undefined {
    if (periodsSince(fee.period, life.openDate, life.day) < fee.freePeriods) return 'FREE_PERIOD';
    if (fee.waivedFromLowest && lowest.gte(fee.waivedFromLowest)) return 'LOWEST_BALANCE';
    if (fee.waivedFromAverage && average.gte(fee.waivedFromAverage)) return 'AVERAGE_BALANCE';
    return amount.gt(ZERO) ? undefined : 'NOTHING_TO_CHARGE';
  }
}

/** The last day of the period that a day is in. */
export function periodEnd(period: Period, day: Day): Day {
  let end = day;
  while (!endsPeriod(period, end)) {
    const last = end.with({ day: end.daysInMonth });
    end = last.equals(end) ? end.add({ days: 1 }) : last;
  }
  return end;
}

/** How many periods of the calendar began after the one in which an account was opened, up to the one that a day is in. */
export function periodsSince(period: Period, openDate: Day, day: Day): number {
  const [first, last] = [periodStart(period, openDate), periodStart(period, day)];
  if (period === 'daily') return first.until(last).days;
  const months = (last.year - first.year) * 12 + last.month - first.month;
  return months / { monthly: 1, quarterly: 3, semiannually: 6, annually: 12 }[period];
}
