// On which days something recurs: a subset of the RRULE of RFC 5545, with the SKIP of RFC 7529, by arithmetic on whole days. It is our
// own because the libraries get the end of the month wrong, and count every day since the first.

const WEEKDAYS = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];
const FREQUENCIES = ['DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY'] as const;
const MONTHS = 12;
const DAYS_IN_WEEK = 7;
const LONGEST_MONTH = 31;
/** A day that is counted from the end is in every month. */
const SHORTEST_MONTH = 28;
const INTERVAL_MAX = 999;
const SETPOS_MAX = 366;
/** In so many periods a rule comes to a day, or never does: 29 February is at most eight years away, by any interval at most 97 of them. */
const PERIODS_MAX = 400;
const LAST_YEAR = 9_999;
/** So many periods are no more than a year. */
const PERIODS_IN_YEAR = { DAILY: 366, WEEKLY: 53, MONTHLY: MONTHS, YEARLY: 1 };

type Frequency = (typeof FREQUENCIES)[number];

/** A weekday (1 is Monday): the nth of a month, from its end when negative; every one when 0. */
interface Weekday {
  readonly day: number;
  readonly nth: number;
}

/** A rule that was read. */
export interface Recurrence {
  readonly frequency: Frequency;
  readonly interval: number;
  readonly weekdays: readonly Weekday[];
  readonly monthDays: readonly number[];
  readonly months: readonly number[];
  readonly positions: readonly number[];
  /** A day that a month does not have: left out, or its last day. */
  readonly skip: 'OMIT' | 'BACKWARD';
}

/** Which parts each frequency goes with. */
const PARTS: Readonly<Record<Frequency, readonly string[]>> = {
  DAILY: [],
  WEEKLY: ['BYDAY'],
  MONTHLY: ['BYDAY', 'BYMONTHDAY', 'BYMONTH', 'BYSETPOS'],
  YEARLY: ['BYMONTHDAY', 'BYMONTH', 'BYSETPOS'],
};
const EVERYWHERE = ['FREQ', 'INTERVAL', 'RSCALE', 'SKIP'];

/** Reads a rule, e.g. `FREQ=MONTHLY;BYMONTHDAY=31`. Undefined for what is none, or not of the subset. */
export function readRecurrence(text: string): Recurrence | undefined {
  const pairs = text.split(';').map((part) => part.split('='));
  const parts = new Map(pairs.map(([name = '', value = '']) => [name, value]));
  const frequency = FREQUENCIES.find((one) => one === parts.get('FREQ'));
  if (!frequency || parts.size < pairs.length || pairs.some((pair) => pair.length !== 2)) return undefined;
  const known = [...EVERYWHERE, ...PARTS[frequency]];
  if ([...parts.keys()].some((name) => !known.includes(name))) return undefined;
  const numbers = (name: string, isOne: (value: number) => boolean) => readList(parts.get(name), numberOf(isOne));
  const interval = numbers('INTERVAL', (value) => value >= 1 && value <= INTERVAL_MAX);
  const weekdays = readList(parts.get('BYDAY'), (item) => weekdayOf(item, frequency));
  const monthDays = numbers(
    'BYMONTHDAY',
    (day) => isWithin(day, 1, LONGEST_MONTH) || isWithin(-day, 1, SHORTEST_MONTH),
  );
  const months = numbers('BYMONTH', (month) => isWithin(month, 1, MONTHS));
  const positions = numbers('BYSETPOS', (position) => isWithin(Math.abs(position), 1, SETPOS_MAX));
  const skip = skipOf(parts.get('RSCALE'), parts.get('SKIP'));
  if (!interval || interval.length > 1 || !weekdays || !monthDays || !months || !positions || !skip) return undefined;
  if (weekdays.length > 0 && monthDays.length > 0) return undefined;
  if (positions.length > 0 && weekdays.length + monthDays.length + months.length === 0) return undefined;
  return { frequency, interval: interval[0] ?? 1, weekdays, monthDays, months, positions, skip };
}

function isWithin(value: number, least: number, most: number): boolean {
  return value >= least && value <= most;
}

/** The items of a list; undefined when one of them is none. */
function readList<T>(text: string | undefined, read: (item: string) => T | undefined): T[] | undefined {
  const items = text === undefined ? [] : text.split(',').map(read);
  const found = items.filter((item) => item !== undefined);
  return found.length === items.length ? found : undefined;
}

function numberOf(isOne: (value: number) => boolean) {
  return (item: string) => (/^-?[1-9]\d{0,2}$/.test(item) && isOne(Number(item)) ? Number(item) : undefined);
}

function weekdayOf(item: string, frequency: Frequency): Weekday | undefined {
  const [, nth = '', name = ''] = /^(-?[1-5])?([A-Z]{2})$/.exec(item) ?? [];
  const day = WEEKDAYS.indexOf(name) + 1;
  if (day === 0 || (nth !== '' && frequency !== 'MONTHLY')) return undefined;
  return { day, nth: Number(nth) };
}

function skipOf(scale: string | undefined, skip: string | undefined): Recurrence['skip'] | undefined {
  // A standing order that leaves the short months out is never what was meant; who means it says so.
  if (scale === undefined) return skip === undefined ? 'BACKWARD' : undefined;
  if (scale !== 'GREGORIAN') return undefined;
  if (skip === undefined) return 'OMIT';
  return skip === 'OMIT' || skip === 'BACKWARD' ? skip : undefined;
}

/** The first day of a rule that begins with `start` that is after `after`; undefined when there is none. */
export function nextDay(
  rule: Recurrence,
  start: Temporal.PlainDate,
  after: Temporal.PlainDate,
): Temporal.PlainDate | undefined {
  const first = Math.max(0, Math.floor(periodsBetween(rule, start, after) / rule.interval));
  for (let period = first; period < first + PERIODS_MAX; period += 1) {
    const years = Math.floor((period * rule.interval) / PERIODS_IN_YEAR[rule.frequency]);
    if (start.year + years > LAST_YEAR) return undefined;
    for (const day of daysOf(rule, start, period)) {
      if (isAfter(day, after) && !isAfter(start, day)) return day;
    }
  }
  return undefined;
}

function isAfter(one: Temporal.PlainDate, other: Temporal.PlainDate): boolean {
  return Temporal.PlainDate.compare(one, other) > 0;
}

/** How many days, weeks, months or years lie between those of two days. */
function periodsBetween({ frequency }: Recurrence, from: Temporal.PlainDate, to: Temporal.PlainDate): number {
  switch (frequency) {
    case 'DAILY':
      return from.until(to).days;
    case 'WEEKLY':
      return mondayOf(from).until(mondayOf(to)).days / DAYS_IN_WEEK;
    case 'MONTHLY':
      return (to.year - from.year) * MONTHS + to.month - from.month;
    default:
      return to.year - from.year;
  }
}

function mondayOf(day: Temporal.PlainDate): Temporal.PlainDate {
  return day.subtract({ days: day.dayOfWeek - 1 });
}

/** The days of a rule in one of its periods, in their order. */
function daysOf(rule: Recurrence, start: Temporal.PlainDate, period: number): Temporal.PlainDate[] {
  const count = period * rule.interval;
  switch (rule.frequency) {
    case 'DAILY':
      return [start.add({ days: count })];
    case 'WEEKLY': {
      const monday = mondayOf(start).add({ weeks: count });
      const weekdays = rule.weekdays.length > 0 ? rule.weekdays.map(({ day }) => day) : [start.dayOfWeek];
      return inOrder(weekdays.map((day) => monday.add({ days: day - 1 })));
    }
    case 'MONTHLY': {
      const month = start.with({ day: 1 }).add({ months: count });
      return atPositions(rule, daysOfMonth(rule, start, month));
    }
    default: {
      const year = start.with({ day: 1 }).add({ years: count });
      const months = rule.months.length > 0 ? rule.months : [start.month];
      return atPositions(rule, inOrder(months.flatMap((month) => daysOfMonth(rule, start, year.with({ month })))));
    }
  }
}

function daysOfMonth(rule: Recurrence, start: Temporal.PlainDate, first: Temporal.PlainDate): Temporal.PlainDate[] {
  const { weekdays, monthDays, months, skip } = rule;
  if (months.length > 0 && !months.includes(first.month)) return [];
  const last = first.daysInMonth;
  if (weekdays.length > 0) return inOrder(weekdays.flatMap((weekday) => weekdaysOfMonth(weekday, first)));
  const wanted = monthDays.length > 0 ? monthDays : [start.day];
  const there = wanted
    .map((day) => (day < 0 ? last + 1 + day : day))
    .flatMap((day) => (day <= last ? [day] : skip === 'BACKWARD' ? [last] : []));
  return inOrder(there.map((day) => first.with({ day })));
}

function weekdaysOfMonth({ day, nth }: Weekday, first: Temporal.PlainDate): Temporal.PlainDate[] {
  const earliest = 1 + ((day - first.dayOfWeek + DAYS_IN_WEEK) % DAYS_IN_WEEK);
  const all: Temporal.PlainDate[] = [];
  for (let date = earliest; date <= first.daysInMonth; date += DAYS_IN_WEEK) all.push(first.with({ day: date }));
  if (nth === 0) return all;
  return all.filter((_, index) => index === (nth > 0 ? nth - 1 : all.length + nth));
}

function inOrder(days: readonly Temporal.PlainDate[]): Temporal.PlainDate[] {
  const sorted = days.toSorted(Temporal.PlainDate.compare);
  return sorted.filter((day, index) => index === 0 || !day.equals(sorted[index - 1] as Temporal.PlainDate));
}

function atPositions({ positions }: Recurrence, days: Temporal.PlainDate[]): Temporal.PlainDate[] {
  if (positions.length === 0) return days;
  return days.filter((_, index) => positions.some((one) => index === (one > 0 ? one - 1 : days.length + one)));
}
