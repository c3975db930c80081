// What an overdraft costs: each night, on what the balance by value date is below zero. The end of the day computes the same in SQL for all
// accounts at once (accrual-sql.ts).
import { type DayCount, nightOf, type YearFraction } from '#rules/day-count.ts';
import { type Decimal, decimal, divide, type Rounding, round, ZERO } from '#rules/decimal.ts';
import { ACCRUAL_PLACES, type OfDay, onDay, type Period, slicesOf, type Tier } from './interest.ts';
import { type BackValued, balanceOn, daysChanged, type Life, standingOn } from './interest-life.ts';

type Day = Temporal.PlainDate;

/** The terms of debit interest of a product. Amounts are in units of the currency. */
export interface OverdraftTerms {
  readonly dayCount: DayCount;
  /** Of the part within the limit, and of the part beyond it: from the lowest up; the first of each is from zero. */
  readonly arranged: readonly Tier[];
  readonly unarranged: readonly Tier[];
  readonly posting: Period;
  readonly postingRounding: Rounding;
}

/** What an overdraft cost in a night. */
export interface OverdraftNight {
  /** What the balance was below zero. */
  readonly overdrawn: Decimal;
  readonly limit: Decimal;
  readonly portions: readonly { amount: Decimal; ratePercent: Decimal; unarranged: boolean }[];
  readonly fraction: YearFraction;
  readonly interest: Decimal;
}

/** What the night from a day to the next costs, on the balance by value date at its end, with the limit that was agreed then. */
export function overdraftNight(terms: OverdraftTerms, day: Day, balance: Decimal, limit: Decimal): OverdraftNight {
  const overdrawn = balance.lt(ZERO) ? balance.neg() : ZERO;
  const arranged = overdrawn.lt(limit) ? overdrawn : limit;
  const portions = [
    ...slicesOf(terms.arranged, arranged).map((slice) => ({ ...slice, unarranged: false })),
    ...slicesOf(terms.unarranged, overdrawn.minus(arranged)).map((slice) => ({ ...slice, unarranged: true })),
  ];
  const fraction = nightOf(terms.dayCount, day);
  const percents = portions.reduce((sum, { amount, ratePercent }) => sum.plus(amount.times(ratePercent)), ZERO);
  const [ofYear, whole] = [percents.times(decimal(BigInt(fraction.days))), decimal(BigInt(fraction.basis) * 100n)];
  return { overdrawn, limit, portions, fraction, interest: divide(ofYear, whole, ACCRUAL_PLACES, 'half_even') };
}

/** What is charged of what is outstanding: nothing below zero, the rest stays outstanding. */
export function chargeOf({ postingRounding }: OverdraftTerms, outstanding: Decimal, exponent: number): Decimal {
  const rounded = round(outstanding, exponent, postingRounding);
  return rounded.gt(ZERO) ? rounded : ZERO;
}

/** What a movement adds to the cost of the nights from its value date up to the day before it was booked; undefined where there are none. */
export function correctOverdraft(terms: OfDay<OverdraftTerms>, life: Life, movement: BackValued): Decimal | undefined {
  const days = daysChanged(life, movement);
  if (!days) return undefined;
  const after = { ...life, corrections: [...life.corrections, movement] };
  return nightsOf(terms, after, days).minus(nightsOf(terms, life, days));
}

function nightsOf(
  terms: OfDay<OverdraftTerms>,
  life: Life,
  { from, until }: { readonly from: Day; readonly until: Day },
): Decimal {
  const balance = balanceOn(life);
  const standing = standingOn(life.standings);
  const termsOn = onDay(terms);
  let sum = ZERO;
  for (let day = from; Temporal.PlainDate.compare(day, until) <= 0; day = day.add({ days: 1 })) {
    sum = sum.plus(overdraftNight(termsOn(day), day, balance(day), standing(day)?.limit ?? ZERO).interest);
  }
  return sum;
}

/** What happened to the cost of an overdraft on a day: corrections, then its night. */
export interface OverdrawnDay {
  readonly day: Day;
  readonly corrections: readonly (BackValued & { readonly interest: Decimal })[];
  readonly balance: Decimal;
  readonly night: OverdraftNight;
}

/** Computes what an overdraft has cost over a life anew, day by day, as the ends of the days did. */
export function reliveOverdraft(terms: OfDay<OverdraftTerms>, life: Life, until: Day): OverdrawnDay[] {
  const days: OverdrawnDay[] = [];
  const termsOn = onDay(terms);
  const standing = standingOn(life.standings);
  for (let day = life.start; Temporal.PlainDate.compare(day, until) <= 0; day = day.add({ days: 1 })) {
    const corrections = [...life.corrections.entries()].flatMap(([index, movement]) => {
      if (!movement.date.equals(day)) return [];
      const known = { ...life, corrections: life.corrections.slice(0, index) };
      return [{ ...movement, interest: correctOverdraft(terms, known, movement) ?? ZERO }];
    });
    const stood = standing(day);
    const balance = stood?.balance ?? ZERO;
    const night = overdraftNight(termsOn(day), day, balance, stood?.limit ?? ZERO);
    days.push({ day, corrections, balance, night });
  }
  return days;
}
