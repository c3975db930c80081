// Business days: which days a calendar keeps as holidays, and where a date goes that falls on one.

/** The days on which a calendar is closed beside Saturdays and Sundays, as YYYY-MM-DD. */
export type Holidays = ReadonlySet<string>;

/** Where a date goes that is no business day, by the names of the 2006 ISDA Definitions, section 4.12. */
export type BusinessDayConvention = 'UNADJUSTED' | 'FOLLOWING' | 'PRECEDING' | 'MODIFIED_FOLLOWING';

/** A day on which a calendar is closed, and why. */
export interface Holiday {
  readonly date: Temporal.PlainDate;
  readonly name: string;
}

const SATURDAY = 6;

/** Whether business is done on a day. */
export function isBusinessDay(day: Temporal.PlainDate, holidays: Holidays): boolean {
  return day.dayOfWeek < SATURDAY && !holidays.has(day.toString());
}

/** Where a date goes by a convention. */
export function adjust(
  day: Temporal.PlainDate,
  convention: BusinessDayConvention,
  holidays: Holidays,
): Temporal.PlainDate {
  if (convention === 'UNADJUSTED') return day;
  if (convention === 'PRECEDING') return nearest(day, -1, holidays);
  const following = nearest(day, 1, holidays);
  const isModified = convention === 'MODIFIED_FOLLOWING' && following.month !== day.month;
  return isModified ? nearest(day, -1, holidays) : following;
}

function nearest(day: Temporal.PlainDate, step: 1 | -1, holidays: Holidays): Temporal.PlainDate {
  let found = day;
  while (!isBusinessDay(found, holidays)) found = found.add({ days: step });
  return found;
}

/**
 * The holidays of TARGET in a year, as the European Central Bank keeps them from 2002 on: New Year, Good Friday, Easter
 * Monday, 1 May, Christmas and the day after it.
 */
export function targetHolidays(year: number): Holiday[] {
  const easter = easterSunday(year);
  const on = (month: number, day: number) => Temporal.PlainDate.from({ year, month, day });
  return [
    { date: on(1, 1), name: 'New Year' },
    { date: easter.subtract({ days: 2 }), name: 'Good Friday' },
    { date: easter.add({ days: 1 }), name: 'Easter Monday' },
    { date: on(5, 1), name: 'Labour Day' },
    { date: on(12, 25), name: 'Christmas Day' },
    { date: on(12, 26), name: 'Christmas Holiday' },
  ];
}

/** The public holidays of the Czech Republic in a year, by Act 245/2000 as it is since 2016. */
export function czechHolidays(year: number): Holiday[] {
  const easter = easterSunday(year);
  const on = (month: number, day: number) => Temporal.PlainDate.from({ year, month, day });
  return [
    { date: on(1, 1), name: 'Restoration Day of the Independent Czech State' },
    { date: easter.subtract({ days: 2 }), name: 'Good Friday' },
    { date: easter.add({ days: 1 }), name: 'Easter Monday' },
    { date: on(5, 1), name: 'Labour Day' },
    { date: on(5, 8), name: 'Victory Day' },
    { date: on(7, 5), name: 'Saints Cyril and Methodius Day' },
    { date: on(7, 6), name: 'Jan Hus Day' },
    { date: on(9, 28), name: 'Czech Statehood Day' },
    { date: on(10, 28), name: 'Independent Czechoslovak State Day' },
    { date: on(11, 17), name: 'Struggle for Freedom and Democracy Day' },
    { date: on(12, 24), name: 'Christmas Eve' },
    { date: on(12, 25), name: 'Christmas Day' },
    { date: on(12, 26), name: 'Saint Stephen' },
  ];
}

/** Easter Sunday of the Gregorian calendar, by the method of Meeus, Jones and Butcher. */
export function easterSunday(year: number): Temporal.PlainDate {
  const golden = year % 19;
  const century = Math.floor(year / 100);
  const ofCentury = year % 100;
  const moonCorrection = Math.floor((century - Math.floor((century + 8) / 25) + 1) / 3);
  const epact = (19 * golden + century - Math.floor(century / 4) - moonCorrection + 15) % 30;
  const weekday = (32 + 2 * (century % 4) + 2 * Math.floor(ofCentury / 4) - epact - (ofCentury % 4)) % 7;
  const late = Math.floor((golden + 11 * epact + 22 * weekday) / 451);
  const monthAndDay = epact + weekday - 7 * late + 114;
  return Temporal.PlainDate.from({ year, month: Math.floor(monthAndDay / 31), day: (monthAndDay % 31) + 1 });
}
