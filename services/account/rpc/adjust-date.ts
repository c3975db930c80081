import { readDate } from '#chassis/dates.ts';
import type { Rpcs } from '#chassis/serve.ts';
import type { AccountService } from '#gen/bank/account/v1/account_service_pb.ts';
import { adjust, isBusinessDay } from '#rules/calendar.ts';
import { holidaysAround } from '../calendars.ts';
import type { Context } from '../context.ts';
import { conventionOf } from '../domain/calendars.ts';
import { refuse } from '../domain/refusals.ts';

/** Says where a date goes by a calendar. */
export function adjustDate({ database }: Context): Rpcs<typeof AccountService>['adjustDate'] {
  return async ({ calendarCode, date, convention }) => {
    const day = readDate('date', date) ?? Temporal.PlainDate.from(date);
    const holidays = await holidaysAround(database, calendarCode, day);
    if (!holidays) throw refuse('CALENDAR_NOT_FOUND');
    const adjusted = adjust(day, conventionOf(convention), holidays);
    return { date: adjusted.toString(), businessDay: isBusinessDay(day, holidays) };
  };
}
