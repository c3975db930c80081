// The calendars as they stand in the database: years of holidays in versions, of which the newest counts.
import { create } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { type RawBuilder, sql } from 'kysely';
import type { Database } from '#chassis/database.ts';
import { type CalendarYear, CalendarYearSchema } from '#gen/bank/account/v1/calendar_pb.ts';
import { Audience } from '#gen/bank/options/v1/options_pb.ts';
import type { Actor } from '#gen/bank/type/v1/actor_pb.ts';
import type { Holidays } from '#rules/calendar.ts';

/** A version of a year. */
export interface CalendarYearRow {
  readonly calendarCode: string;
  readonly year: number;
  readonly version: number;
  readonly holidays: readonly { readonly date: string; readonly displayName: string }[];
  readonly authorId: string;
  readonly approverId: string;
  readonly createMs: number;
}

const COLUMNS = sql`
  calendar_code as "calendarCode", year, version, holidays, author_id as "authorId", approver_id as "approverId",
  floor(extract(epoch from create_time) * 1000)::float8 as "createMs"
`;

/** A version of a year; the newest one for 0. */
export function selectCalendarYear(code: string, year: number, version = 0): RawBuilder<CalendarYearRow> {
  return sql<CalendarYearRow>`
    select ${COLUMNS} from calendar_year
    where calendar_code = ${code} and year = ${year} and (${version} = 0 or version = ${version})
    order by version desc limit 1
  `;
}

/** The newest versions of years after a calendar and year; an empty calendar is any. */
export function selectCalendarYears(code: string, after: readonly [string, number], limit: number) {
  const [afterCode, afterYear] = after;
  return sql<CalendarYearRow>`
    select distinct on (calendar_code, year) ${COLUMNS} from calendar_year
    where (${code} = '' or calendar_code = ${code}) and (calendar_code, year) > (${afterCode}, ${afterYear}::integer)
    order by calendar_code, year, version desc limit ${limit}
  `;
}

/** Writes a version of a year. */
export function insertCalendarYear(row: Omit<CalendarYearRow, 'createMs'>): RawBuilder<unknown> {
  return sql`
    insert into calendar_year (calendar_code, year, version, holidays, author_id, approver_id)
    values (${row.calendarCode}, ${row.year}, ${row.version}, ${JSON.stringify(row.holidays)}::jsonb, ${row.authorId},
      ${row.approverId})
  `;
}

/** Locks the name of a year until the transaction ends, whether there is one or not: versions are never updated. */
export function lockCalendarYear(code: string, year: number): RawBuilder<unknown> {
  return sql`select pg_advisory_xact_lock(hashtextextended(${`calendar ${code} ${year}`}, 0))`;
}

/** The holidays of a calendar around a day: of its year and those beside it. Undefined where its own year is not known. */
export async function holidaysAround(
  { query }: Pick<Database, 'query'>,
  code: string,
  { year }: Temporal.PlainDate,
): Promise<Holidays | undefined> {
  const years = [year - 1, year, year + 1];
  const rows = await query(sql<CalendarYearRow>`
    select distinct on (year) ${COLUMNS} from calendar_year
    where calendar_code = ${code} and year = any(${years}) order by year, version desc
  `);
  if (!rows.some((row) => row.year === year)) return undefined;
  return new Set(rows.flatMap(({ holidays }) => holidays.map(({ date }) => date)));
}

/** The message of a version, as it is shown to a principal: to customers without the names of staff. */
export function calendarYearMessage(row: CalendarYearRow, principal: Actor | undefined): CalendarYear {
  const { authorId, approverId, createMs, holidays, ...rest } = row;
  return create(CalendarYearSchema, {
    ...rest,
    holidays: holidays.map(({ date, displayName }) => ({ date, displayName })),
    ...(principal?.audience === Audience.STAFF && { authorId, approverId }),
    createTime: timestampFromMs(createMs),
  });
}
