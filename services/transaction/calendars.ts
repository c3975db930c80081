// The holidays of the bank's calendars, which are the account service's.
import type { Client } from '#chassis/call.ts';
import { Refusal } from '#chassis/errors.ts';
import type { AccountService } from '#gen/bank/account/v1/account_service_pb.ts';
import type { HolidaysOf } from './domain/scheduling.ts';

const KNOWN_MS = 60_000;
/** No calendar knows years beyond these. */
const [FIRST_YEAR, LAST_YEAR] = [1_900, 2_999];

/** Makes the port to the calendars. A year is asked for once a minute at most: a new version of it is seen by then. */
export function calendarsOf(client: Client<typeof AccountService>): HolidaysOf {
  const known = new Map<string, { readonly until: number; readonly days: Promise<string[] | undefined> }>();
  async function ask(calendarCode: string, year: number): Promise<string[] | undefined> {
    if (year < FIRST_YEAR || year > LAST_YEAR) return undefined;
    try {
      const { calendarYear } = await client.getCalendarYear({ calendarCode, year });
      return (calendarYear?.holidays ?? []).map(({ date }) => date);
    } catch (error) {
      if (error instanceof Refusal && error.reason === 'CALENDAR_NOT_FOUND') return undefined;
      throw error;
    }
  }
  function daysOf(calendarCode: string, year: number): Promise<string[] | undefined> {
    const name = `${calendarCode} ${year}`;
    const found = known.get(name);
    if (found && found.until > performance.now()) return found.days;
    const days = ask(calendarCode, year);
    known.set(name, { until: performance.now() + KNOWN_MS, days });
    days.catch(() => known.delete(name));
    return days;
  }
  return async (calendarCode, { year }) => {
    const [before, own, after] = await Promise.all([year - 1, year, year + 1].map((one) => daysOf(calendarCode, one)));
    return own && new Set([...(before ?? []), ...own, ...(after ?? [])]);
  };
}
