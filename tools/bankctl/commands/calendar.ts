import { randomUUID } from 'node:crypto';
import { create } from '@bufbuild/protobuf';
import {
  AccountService,
  AdjustDateResponseSchema,
  GetCalendarYearResponseSchema,
  ListCalendarYearsResponseSchema,
  PublishCalendarYearResponseSchema,
} from '#gen/bank/account/v1/account_service_pb.ts';
import { BusinessDayConvention, type CalendarYear } from '#gen/bank/account/v1/calendar_pb.ts';
import type { ListOptions, WriteOptions } from '../cli/run.ts';
import { usage } from '../failure.ts';
import { fields, table } from '../output.ts';
import { pagesOf } from '../pages.ts';
import type { Session } from '../session.ts';
import { oneOf } from './account.ts';

/** Lists the years of calendars. */
export async function listCalendarYears(
  { bank, out }: Session,
  { limit, calendar: calendarCode = '' }: ListOptions & { calendar?: string },
): Promise<void> {
  const service = bank().client(AccountService);
  const calendarYears: CalendarYear[] = [];
  for await (const page of pagesOf((asked) => service.listCalendarYears({ ...asked, calendarCode }), limit)) {
    calendarYears.push(...page.calendarYears);
  }
  await out.message(ListCalendarYearsResponseSchema, create(ListCalendarYearsResponseSchema, { calendarYears }), () =>
    table(
      ['calendar', 'year', 'version', 'holidays'],
      calendarYears.map((one) => [
        one.calendarCode,
        String(one.year),
        String(one.version),
        String(one.holidays.length),
      ]),
    ),
  );
}

/** Shows the holidays of a year. */
export async function getCalendarYear(
  { bank, out }: Session,
  { version = '0' }: { version?: string },
  calendarCode = '',
  year = '',
): Promise<void> {
  const request = { calendarCode, year: whole(year), version: whole(version) };
  const answer = await bank().client(AccountService).getCalendarYear(request);
  await out.message(GetCalendarYearResponseSchema, answer, () => yearText(answer.calendarYear));
}

/** Says where a date goes. */
export async function adjustDate(
  { bank, out }: Session,
  { convention }: { convention: string },
  calendarCode = '',
  date = '',
): Promise<void> {
  const request = { calendarCode, date, convention: oneOf(BusinessDayConvention, convention) };
  const answer = await bank().client(AccountService).adjustDate(request);
  await out.message(AdjustDateResponseSchema, answer, () =>
    fields([
      ['date', answer.date],
      ['business day', answer.businessDay ? 'yes' : 'no'],
    ]),
  );
}

/** Publishes the holidays of a year. */
export async function publishCalendarYear(
  { bank, out }: Session,
  options: WriteOptions & { base?: string; holiday?: readonly string[] },
  calendarCode = '',
  year = '',
): Promise<void> {
  const { requestId = randomUUID(), validateOnly = false, base = '0', holiday = [] } = options;
  const holidays = holiday.map((text) => {
    const [date = '', ...name] = text.split('=');
    return { date, displayName: name.join('=') };
  });
  const request = { requestId, validateOnly, calendarCode, year: whole(year), baseVersion: whole(base), holidays };
  const answer = await bank().client(AccountService).publishCalendarYear(request);
  await out.message(PublishCalendarYearResponseSchema, answer, () => yearText(answer.calendarYear));
}

function whole(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw usage(`${text} is no whole number.`);
  return Number(text);
}

function yearText(year: CalendarYear | undefined): Promise<string> {
  return table(
    ['date', 'holiday'],
    (year?.holidays ?? []).map(({ date, displayName }) => [date, displayName]),
  );
}
