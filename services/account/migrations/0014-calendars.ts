// Business calendars: the holidays of each year, in versions. Those that the bank begins with are computed, and frozen here.
import { Migration } from '@mikro-orm/migrations';
import { czechHolidays, type Holiday, targetHolidays } from '#rules/calendar.ts';

const RUNTIME = 'account_runtime';

const FIRST_YEAR = 2020;
const LAST_YEAR = 2050;
const CALENDARS = { TARGET2: targetHolidays, CZ: czechHolidays };

export class Calendars extends Migration {
  override up(): void {
    this.addSql(`
      create table calendar_year (
        calendar_code text collate "C" not null,
        year integer not null,
        version integer not null check (version > 0),
        -- [{date, displayName}], by day.
        holidays jsonb not null,
        author_id text collate "C" not null default '',
        approver_id text collate "C" not null default '',
        create_time timestamptz not null default now(),
        primary key (calendar_code, year, version)
      );
      grant select, insert on calendar_year to ${RUNTIME};
      insert into calendar_year (calendar_code, year, version, holidays) values
      ${rows().join(',\n      ')};

      -- The day from which posted interest counts, where a calendar moves it: else the day after its period.
      alter table interest_posting add column value_date date;
    `);
  }
}

function rows(): string[] {
  return Object.entries(CALENDARS).flatMap(([code, holidaysOf]) =>
    Array.from({ length: LAST_YEAR - FIRST_YEAR + 1 }, (_, index) => {
      const year = FIRST_YEAR + index;
      return `('${code}', ${year}, 1, '${JSON.stringify(holidaysOf(year).map(json))}')`;
    }),
  );
}

function json({ date, name }: Holiday) {
  return { date: date.toString(), displayName: name };
}
