// When statements are made.
import type { StatementFrequency } from './words.ts';

const SUNDAY = 7;

/** The frequencies whose cycle ends with a day. After transactions any day may end one: where there are none, nothing is made. */
export function cyclesEndingOn(day: Temporal.PlainDate): StatementFrequency[] {
  return [
    ...(day.day === day.daysInMonth ? (['monthly'] as const) : []),
    ...(day.dayOfWeek === SUNDAY ? (['weekly'] as const) : []),
    'per_transaction',
  ];
}
