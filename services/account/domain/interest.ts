// Interest: what a night, a period and a posting come to, in exact decimals of the currency's unit. The end of the day
// computes the same in SQL for all accounts at once (accrual-sql.ts), and the answer to "why" with these functions.
import type { BusinessDayConvention } from '#rules/calendar.ts';
import { type DayCount, nightOf, type YearFraction } from '#rules/day-count.ts';
import { type Decimal, decimal, divide, type Rounding, round, ZERO } from '#rules/decimal.ts';

/** How often something is done: at the end of the last day of each. */
export type Period = 'daily' | 'monthly' | 'quarterly' | 'semiannually' | 'annually';

/** A rate, and from which balance on it is given. */
export interface Tier {
  readonly from: Decimal;
  /** Percent a year. */
  readonly ratePercent: Decimal;
}

/** The terms of interest of a product. Amounts are in units of the currency. */
export interface InterestTerms {
  readonly dayCount: DayCount;
  /** Whether each day's balance earns for itself, or the average of the posting period so far. */
  readonly basis: 'daily' | 'average';
  /** Whether each tier's rate is for the part of the balance in it, or the highest tier's for all of it. */
  readonly tierMethod: 'sliced' | 'whole';
  /** From the lowest up; the first is from zero. */
  readonly tiers: readonly Tier[];
  readonly compounding: Period;
  readonly posting: Period;
  /** A balance below it earns nothing. */
  readonly minimumBalance: Decimal;
  /** By which the day from which posted interest counts moves; empty: by none. */
  readonly calendarCode: string;
  readonly valueDateConvention: BusinessDayConvention;
  readonly withholdingTaxPercent: Decimal;
  /** To the currency's decimals, when interest is posted, and when tax is withheld. */
  readonly postingRounding: Rounding;
  readonly taxRounding: Rounding;
}

/** To how many places a night's interest is rounded, half even. */
export const ACCRUAL_PLACES = 10;

/** Where an account is within a posting period. */
export interface Position {
  /** The sum of the balances of its nights so far. */
  readonly balanceSum: Decimal;
  readonly nights: number;
  /** What its nights count, as parts of the basis of the day count. */
  readonly weight: number;
  /** What earns interest as the balance does, though it is not posted. */
  readonly compounded: Decimal;
  /** What it earned in this period. */
  readonly earned: Decimal;
}

/** The beginning of a posting period. */
export const PERIOD_START: Position = { balanceSum: ZERO, nights: 0, weight: 0, compounded: ZERO, earned: ZERO };

/** What a night came to, and where it leaves the account. */
export interface Night {
  /** What earned: the balance with what is compounded, or the average. */
  readonly base: Decimal;
  readonly fraction: YearFraction;
  readonly interest: Decimal;
  readonly position: Position;
}

/** The night from a day to the next, on the balance by value date at its end. */
export function accrueNight(terms: InterestTerms, before: Position, day: Temporal.PlainDate, balance: Decimal): Night {
  const night = nightOf(terms.dayCount, day);
  const balanceSum = before.balanceSum.plus(balance);
  const nights = before.nights + 1;
  const weight = before.weight + night.days;
  const isDaily = terms.basis === 'daily';
  const base = isDaily
    ? balance.plus(before.compounded)
    : divide(balanceSum, decimal(BigInt(nights)), ACCRUAL_PLACES, 'half_even');
  const fraction = isDaily ? night : { days: weight, basis: night.basis };
  const computed = interestOn(terms, base, fraction);
  const interest = isDaily ? computed : computed.minus(before.earned);
  const earned = before.earned.plus(interest);
  const compounded = endsPeriod(terms.compounding, day) ? earned : before.compounded;
  return { base, fraction, interest, position: { balanceSum, nights, weight, compounded, earned } };
}

/** What an amount earns in a part of a year, rounded once. */
export function interestOn(terms: InterestTerms, base: Decimal, { days, basis }: YearFraction): Decimal {
  const ofYear = yearlyPercents(terms, base).times(decimal(BigInt(days)));
  return divide(ofYear, decimal(BigInt(basis) * 100n), ACCRUAL_PLACES, 'half_even');
}

/** The parts of an amount by tier, each with its rate. */
export function portionsOf(terms: InterestTerms, base: Decimal): { amount: Decimal; ratePercent: Decimal }[] {
  if (base.lte(ZERO) || base.lt(terms.minimumBalance)) return [];
  const reached = terms.tiers.filter(({ from }) => base.gte(from));
  if (terms.tierMethod === 'whole') {
    const [highest] = reached.slice(-1);
    return highest ? [{ amount: base, ratePercent: highest.ratePercent }] : [];
  }
  return slicesOf(terms.tiers, base);
}

/** The parts of an amount that are in each tier that it reaches. */
export function slicesOf(tiers: readonly Tier[], amount: Decimal): { amount: Decimal; ratePercent: Decimal }[] {
  const reached = tiers.filter(({ from }) => amount.gt(from));
  return reached.map(({ from, ratePercent }, index) => {
    const until = reached[index + 1]?.from ?? amount;
    return { amount: until.minus(from), ratePercent };
  });
}

/** Exactly: the amount in each tier times its percents. */
function yearlyPercents(terms: InterestTerms, base: Decimal): Decimal {
  return portionsOf(terms, base).reduce((sum, { amount, ratePercent }) => sum.plus(amount.times(ratePercent)), ZERO);
}

/** What is posted of the interest that is outstanding: nothing below zero, the rest stays outstanding. */
export function posting(
  terms: InterestTerms,
  outstanding: Decimal,
  exponent: number,
): Record<'gross' | 'tax' | 'net', Decimal> {
  const rounded = round(outstanding, exponent, terms.postingRounding);
  const gross = rounded.gt(ZERO) ? rounded : ZERO;
  const tax = divide(gross.times(terms.withholdingTaxPercent), decimal('100'), exponent, terms.taxRounding);
  return { gross, tax, net: gross.minus(tax) };
}

/** The same on all days, or what it is on a day. */
export type OfDay<T> = T | ((day: Temporal.PlainDate) => T);

/** What it is on a day. */
export function onDay<T extends object>(of: OfDay<T>): (day: Temporal.PlainDate) => T {
  return typeof of === 'function' ? (of as (day: Temporal.PlainDate) => T) : () => of;
}

/** A balance by value date, with the limit of the overdraft, and from which day on they stood. */
export interface Standing {
  readonly from: Temporal.PlainDate;
  readonly balance: Decimal;
  readonly limit: Decimal;
}

/**
 * What every night of some days came to, `until` the last one included, by the terms of its day: the position begins anew with each posting period,
 * and with the first day unless one is given.
 */
export function accrue(
  terms: OfDay<InterestTerms>,
  days: { readonly from: Temporal.PlainDate; readonly until: Temporal.PlainDate },
  balanceOn: (day: Temporal.PlainDate) => Decimal,
  start: Position = PERIOD_START,
): (Night & { readonly day: Temporal.PlainDate })[] {
  const nights: (Night & { readonly day: Temporal.PlainDate })[] = [];
  const termsOn = onDay(terms);
  let position = start;
  for (let day = days.from; Temporal.PlainDate.compare(day, days.until) <= 0; day = day.add({ days: 1 })) {
    const its = termsOn(day);
    const night = accrueNight(its, beginsPeriod(its.posting, day) ? PERIOD_START : position, day, balanceOn(day));
    nights.push({ ...night, day });
    position = night.position;
  }
  return nights;
}

/** The sum of what nights came to. */
export function total(nights: readonly Pick<Night, 'interest'>[]): Decimal {
  return nights.reduce((sum, { interest }) => sum.plus(interest), ZERO);
}

const MONTHS: Readonly<Record<Exclude<Period, 'daily'>, number>> = {
  monthly: 1,
  quarterly: 3,
  semiannually: 6,
  annually: 12,
};

/** Whether a day is the last one of a period of the calendar. */
export function endsPeriod(period: Period, day: Temporal.PlainDate): boolean {
  if (period === 'daily') return true;
  return day.day === day.daysInMonth && day.month % MONTHS[period] === 0;
}

/** Whether a day is the first one of a period of the calendar. */
export function beginsPeriod(period: Period, day: Temporal.PlainDate): boolean {
  return period === 'daily' || endsPeriod(period, day.subtract({ days: 1 }));
}

/** The first day of the period of the calendar that a day is in. */
export function periodStart(period: Period, day: Temporal.PlainDate): Temporal.PlainDate {
  if (period === 'daily') return day;
  const length = MONTHS[period];
  return day.with({ day: 1, month: day.month - ((day.month - 1) % length) });
}
