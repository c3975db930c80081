// What a year of holidays must be, and the conventions by the names of the rules.
import { BusinessDayConvention as Conventions } from '#gen/bank/account/v1/calendar_pb.ts';
import type { BusinessDayConvention } from '#rules/calendar.ts';
import { refuse } from './refusals.ts';

/** A day on which no business is done. */
export interface HolidayOf {
  readonly date: string;
  readonly displayName: string;
}

/** The holidays of a year by day. Refuses a day that is none, or none of that year, and one that comes twice. */
export function checkHolidays(year: number, holidays: readonly HolidayOf[]): HolidayOf[] {
  const days = holidays.map(({ date }) => date);
  const isOfYear = (date: string) => isDay(date) && date.startsWith(`${String(year).padStart(4, '0')}-`);
  if (!days.every(isOfYear) || new Set(days).size < days.length) throw refuse('CALENDAR_INVALID');
  return holidays
    .map(({ date, displayName }) => ({ date, displayName }))
    .sort((one, other) => (one.date < other.date ? -1 : 1));
}

function isDay(date: string): boolean {
  try {
    return Temporal.PlainDate.from(date).toString() === date;
  } catch {
    return false;
  }
}

const CONVENTIONS: Readonly<Record<Conventions, BusinessDayConvention>> = {
  [Conventions.UNSPECIFIED]: 'UNADJUSTED',
  [Conventions.UNADJUSTED]: 'UNADJUSTED',
  [Conventions.FOLLOWING]: 'FOLLOWING',
  [Conventions.PRECEDING]: 'PRECEDING',
  [Conventions.MODIFIED_FOLLOWING]: 'MODIFIED_FOLLOWING',
};

/** The convention of the rules. */
export function conventionOf(convention: Conventions): BusinessDayConvention {
  return CONVENTIONS[convention] ?? 'UNADJUSTED';
}
