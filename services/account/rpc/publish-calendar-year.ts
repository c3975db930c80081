import { actorOf } from '#chassis/call-context.ts';
import { refuseCall } from '#chassis/errors.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { type AccountService, AccountService as Contract } from '#gen/bank/account/v1/account_service_pb.ts';
import { calendarYearMessage, insertCalendarYear, lockCalendarYear, selectCalendarYear } from '../calendars.ts';
import type { Context } from '../context.ts';
import { checkHolidays } from '../domain/calendars.ts';

/** Publishes a version of the holidays of a year. */
export function publishCalendarYear({ commands }: Context): Rpcs<typeof AccountService>['publishCalendarYear'] {
  return (request, call) =>
    commands.run(Contract.method.publishCalendarYear, request, call, {
      decide: async (tx) => {
        const { calendarCode, year, baseVersion } = request;
        const holidays = checkHolidays(year, request.holidays);
        await tx.query(lockCalendarYear(calendarCode, year));
        const [newest] = await tx.query(selectCalendarYear(calendarCode, year));
        if ((newest?.version ?? 0) !== baseVersion) throw refuseCall('ETAG_MISMATCH');
        const { partyId: authorId, approverId } = actorOf(call);
        const row = { calendarCode, year, version: baseVersion + 1, holidays, authorId, approverId };
        await tx.execute(insertCalendarYear(row));
        return { calendarYear: calendarYearMessage({ ...row, createMs: Date.now() }, call.principal) };
      },
    });
}
