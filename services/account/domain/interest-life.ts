// The interest of one account over its life: which balances stood, what came later and counts earlier, and what that changes.
import { type Decimal, ZERO } from '#rules/decimal.ts';
import {
  accrue,
  accrueNight,
  beginsPeriod,
  endsPeriod,
  type InterestTerms,
  type Night,
  type OfDay,
  onDay,
  PERIOD_START,
  type Position,
  periodStart,
  type Standing,
  total,
} from './interest.ts';

type Day = Temporal.PlainDate;
const compare = Temporal.PlainDate.compare;

/** What was booked on a day and counts from an earlier one on. */
export interface BackValued {
  /** The day on which it was booked, and at whose end it is corrected. */
  readonly date: Day;
  readonly valueDate: Day;
  readonly amount: Decimal;
}

/** What interest is computed from. */
export interface Life {
  /** The first day that earned. */
  readonly start: Day;
  /** The balances as they were known at the end of each day, from the oldest on. */
  readonly standings: readonly Standing[];
  /** In the order in which they were corrected. */
  readonly corrections: readonly BackValued[];
}

/** What a correction comes to. */
export interface Correction {
  readonly interest: Decimal;
  /** Where it leaves the account at the end of the day before. */
  readonly position: Position;
}

/**
 * What a movement adds to the interest of the nights from its value date up to the day before it was booked: what they come to
 * with it, less what they came to without it, each night by its own terms. So it equals a fresh computation, whatever was corrected before.
 */
export function correct(terms: OfDay<InterestTerms>, life: Life, movement: BackValued): Correction | undefined {
  const termsOn = onDay(terms);
  const changed = daysChanged(life, movement);
  if (!changed) return undefined;
  const { from, until } = changed;
  const days = { from: later(periodStart(termsOn(from).posting, from), life.start), until };
  const before = accrue(terms, days, balanceOn(life));
  const after = accrue(terms, days, balanceOn({ ...life, corrections: [...life.corrections, movement] }));
  const last = after.at(-1);
  const position = last && !endsPeriod(termsOn(until).posting, until) ? last.position : PERIOD_START;
  return { interest: total(after).minus(total(before)), position };
}

/** The nights that a movement changes: from its value date up to the day before it was booked; undefined where there are none. */
export function daysChanged(
  { start }: Pick<Life, 'start'>,
  { valueDate, date }: BackValued,
): { readonly from: Day; readonly until: Day } | undefined {
  const days = { from: later(valueDate, start), until: date.subtract({ days: 1 }) };
  return compare(days.from, days.until) > 0 ? undefined : days;
}

/** The balance of each day as it is known now: as it stood, with what came later and counts from that day or before it. */
export function balanceOn({ standings, corrections }: Pick<Life, 'standings' | 'corrections'>): (day: Day) => Decimal {
  const standing = standingOn(standings);
  return (day) =>
    corrections.reduce(
      (sum, { date, valueDate, amount }) =>
        compare(valueDate, day) <= 0 && compare(day, date) < 0 ? sum.plus(amount) : sum,
      standing(day)?.balance ?? ZERO,
    );
}

/** What stood at the end of each day, as it was known then. To be asked for days in their order. */
export function standingOn(standings: readonly Standing[]): (day: Day) => Standing | undefined {
  let index = 0;
  return (day) => {
    if (index > 0 && compare(standings[index - 1]?.from ?? day, day) > 0) index = 0;
    while (index < standings.length && compare(standings[index]?.from ?? day, day) <= 0) index += 1;
    return standings[index - 1];
  };
}

/** What happened to the interest of an account on a day: corrections, then its night. */
export interface LivedDay {
  readonly day: Day;
  readonly corrections: readonly (BackValued & { readonly interest: Decimal })[];
  /** By value date, as it was known at the end of the day. */
  readonly balance: Decimal;
  readonly night: Night;
}

/** Computes a life anew, day by day, from nothing but its balances and corrections, as the ends of the days did. */
export function relive(terms: OfDay<InterestTerms>, life: Life, until: Day): LivedDay[] {
  const days: LivedDay[] = [];
  const termsOn = onDay(terms);
  const standing = standingOn(life.standings);
  let position = PERIOD_START;
  for (let day = life.start; compare(day, until) <= 0; day = day.add({ days: 1 })) {
    const corrections: LivedDay['corrections'][number][] = [];
    for (const [index, movement] of life.corrections.entries()) {
      if (!movement.date.equals(day)) continue;
      const known = { ...life, corrections: life.corrections.slice(0, index) };
      const corrected = correct(terms, known, movement);
      if (corrected) position = corrected.position;
      corrections.push({ ...movement, interest: corrected?.interest ?? ZERO });
    }
    const balance = standing(day)?.balance ?? ZERO;
    const its = termsOn(day);
    const night = accrueNight(its, beginsPeriod(its.posting, day) ? PERIOD_START : position, day, balance);
    days.push({ day, corrections, balance, night });
    position = night.position;
  }
  return days;
}

function later(one: Day, other: Day): Day {
  return compare(one, other) > 0 ? one : other;
}
