import type { Rpcs } from '#chassis/serve.ts';
import type { AccountService } from '#gen/bank/account/v1/account_service_pb.ts';
import { calendarYearMessage, selectCalendarYear } from '../calendars.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';

/** Reads the holidays of a year. */
export function getCalendarYear({ database }: Context): Rpcs<typeof AccountService>['getCalendarYear'] {
  return async ({ calendarCode, year, version }, { principal }) => {
    const [row] = await database.query(selectCalendarYear(calendarCode, year, version));
    if (!row) throw refuse('CALENDAR_NOT_FOUND');
    return { calendarYear: calendarYearMessage(row, principal) };
  };
}
