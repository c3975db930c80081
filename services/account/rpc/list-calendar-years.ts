import type { Rpcs } from '#chassis/serve.ts';
import { type AccountService, ListCalendarYearsRequestSchema } from '#gen/bank/account/v1/account_service_pb.ts';
import { calendarYearMessage, selectCalendarYears } from '../calendars.ts';
import type { Context } from '../context.ts';

/** Lists the newest versions of the years of calendars. */
export function listCalendarYears({ database, pages }: Context): Rpcs<typeof AccountService>['listCalendarYears'] {
  return async (request, { principal }) => {
    const { size, after } = pages.read(ListCalendarYearsRequestSchema, request);
    const [code = '', year = '0'] = after ?? [];
    const rows = await database.query(selectCalendarYears(request.calendarCode, [code, Number(year)], size + 1));
    const page = rows.slice(0, size);
    const last = page.at(-1);
    const next = last && [last.calendarCode, String(last.year)];
    return {
      calendarYears: page.map((row) => calendarYearMessage(row, principal)),
      nextPageToken: rows.length > size && next ? pages.next(ListCalendarYearsRequestSchema, request, next) : '',
    };
  };
}
