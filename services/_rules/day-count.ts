// Day counts: what part of a year lies between two days, as the conventions of ISDA and ICMA have it. A fraction is two
// whole numbers, so that nothing is rounded before the amount is.

/** The conventions, by the names of the 2006 ISDA Definitions, section 4.16. */
export type DayCount = 'thirty_360' | 'thirty_e_360' | 'act_360' | 'act_365f' | 'act_act_isda';

/** A part of a year: `days` of `basis`. */
export interface YearFraction {
  readonly days: number;
  readonly basis: number;
}

/** Of ACT/ACT the days of leap years count 365 and all others 366, so that both are parts of one whole. */
const ACT_ACT_BASIS = 365 * 366;

/** The whole of which a convention's days are parts. */
export function basisOf(convention: DayCount): number {
  if (convention === 'act_365f') return 365;
  return convention === 'act_act_isda' ? ACT_ACT_BASIS : 360;
}

/** The part of a year from a day on and up to another, which does not count itself. */
export function yearFraction(convention: DayCount, from: Temporal.PlainDate, to: Temporal.PlainDate): YearFraction {
  return { days: daysOf(convention, from, to), basis: basisOf(convention) };
}

/**
 * What one night counts: from this day to the next. Each month counts as from its first day, so that the nights of a whole
 * month always come to the 30 days that 30/360 and 30E/360 give it, whenever within it interest began.
 */
export function nightOf(convention: DayCount, day: Temporal.PlainDate): YearFraction {
  const first = day.with({ day: 1 });
  const until = daysOf(convention, first, day.add({ days: 1 }));
  return { days: until - daysOf(convention, first, day), basis: basisOf(convention) };
}

function daysOf(convention: DayCount, from: Temporal.PlainDate, to: Temporal.PlainDate): number {
  if (convention === 'thirty_360') return thirty(from, to, from.day >= 30 ? 30 : 31);
  if (convention === 'thirty_e_360') return thirty(from, to, 30);
  if (convention === 'act_act_isda') return actualOfActual(from, to);
  return from.until(to).days;
}

/** The days between with months of 30; the last day is `lastDay` at most. */
function thirty(from: Temporal.PlainDate, to: Temporal.PlainDate, lastDay: number): number {
  const months = (to.year - from.year) * 12 + to.month - from.month;
  return months * 30 + Math.min(to.day, lastDay) - Math.min(from.day, 30);
}

/** Each day counts as a part of the year that it is in. */
function actualOfActual(from: Temporal.PlainDate, to: Temporal.PlainDate): number {
  let parts = 0;
  for (let day = from; Temporal.PlainDate.compare(day, to) < 0; ) {
    const newYear = Temporal.PlainDate.from({ year: day.year + 1, month: 1, day: 1 });
    const end = Temporal.PlainDate.compare(newYear, to) < 0 ? newYear : to;
    parts += day.until(end).days * (day.inLeapYear ? 365 : 366);
    day = end;
  }
  return parts;
}
