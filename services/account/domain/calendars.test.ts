import { expect } from 'chai';
import { Refusal } from '#chassis/errors.ts';
import { checkHolidays } from './calendars.ts';

describe('the holidays of a year', () => {
  const day = (date: string) => ({ date, displayName: 'A day' });
  const outcome = (dates: readonly string[]) => {
    try {
      return checkHolidays(2026, dates.map(day))
        .map(({ date }) => date)
        .join(' ');
    } catch (error) {
      return error instanceof Refusal ? error.reason : String(error);
    }
  };
  const cases: [string, string[], string][] = [
    ['are put in order', ['2026-12-25', '2026-01-01'], '2026-01-01 2026-12-25'],
    ['may be none', [], ''],
    ['come once', ['2026-01-01', '2026-01-01'], 'CALENDAR_INVALID'],
    ['are of that year', ['2027-01-01'], 'CALENDAR_INVALID'],
    ['are days', ['2026-02-30'], 'CALENDAR_INVALID'],
  ];
  for (const [name, dates, expected] of cases) {
    it(name, () => {
      expect(outcome(dates)).to.equal(expected);
    });
  }
});
