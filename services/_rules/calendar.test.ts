import { expect } from 'chai';
import {
  adjust,
  type BusinessDayConvention,
  czechHolidays,
  easterSunday,
  isBusinessDay,
  targetHolidays,
} from './calendar.ts';

const date = (text: string) => Temporal.PlainDate.from(text);
const holidays = new Set(
  [2024, 2025, 2026].flatMap((year) => targetHolidays(year).map((holiday) => holiday.date.toString())),
);

describe('the calendar of TARGET', () => {
  // The ECB's own lists of closing days.
  const years: [number, string][] = [
    [2024, '2024-01-01 2024-03-29 2024-04-01 2024-05-01 2024-12-25 2024-12-26'],
    [2025, '2025-01-01 2025-04-18 2025-04-21 2025-05-01 2025-12-25 2025-12-26'],
    [2026, '2026-01-01 2026-04-03 2026-04-06 2026-05-01 2026-12-25 2026-12-26'],
  ];
  for (const [year, days] of years) {
    it(`is closed in ${year} on ${days}`, () => {
      expect(targetHolidays(year).map((holiday) => holiday.date.toString())).to.deep.equal(days.split(' '));
    });
  }

  it('finds the earliest and the latest Easter of the century', () => {
    expect(easterSunday(2008).toString()).to.equal('2008-03-23');
    expect(easterSunday(2038).toString()).to.equal('2038-04-25');
    expect(easterSunday(2000).toString()).to.equal('2000-04-23');
  });
});

describe('the calendar of the Czech Republic', () => {
  it('is closed on its public holidays', () => {
    expect(czechHolidays(2026).map((holiday) => holiday.date.toString())).to.deep.equal(
      '2026-01-01 2026-04-03 2026-04-06 2026-05-01 2026-05-08 2026-07-05 2026-07-06 2026-09-28 2026-10-28 2026-11-17 2026-12-24 2026-12-25 2026-12-26'.split(
        ' ',
      ),
    );
  });
});

describe('a date that is no business day', () => {
  const cases: [string, BusinessDayConvention, string][] = [
    ['2026-03-31', 'FOLLOWING', '2026-03-31'],
    ['2026-04-03', 'FOLLOWING', '2026-04-07'],
    ['2026-04-03', 'PRECEDING', '2026-04-02'],
    ['2026-04-03', 'UNADJUSTED', '2026-04-03'],
    ['2026-05-01', 'FOLLOWING', '2026-05-04'],
    ['2026-01-31', 'FOLLOWING', '2026-02-02'],
    ['2026-01-31', 'MODIFIED_FOLLOWING', '2026-01-30'],
    ['2026-01-24', 'MODIFIED_FOLLOWING', '2026-01-26'],
    ['2026-12-26', 'PRECEDING', '2026-12-24'],
  ];
  for (const [day, convention, expected] of cases) {
    it(`${day} goes to ${expected} by ${convention}`, () => {
      expect(adjust(date(day), convention, holidays).toString()).to.equal(expected);
    });
  }

  it('is a Saturday, a Sunday or a holiday', () => {
    expect(
      ['2026-04-02', '2026-04-03', '2026-04-04', '2026-04-05'].map((day) => isBusinessDay(date(day), holidays)),
    ).to.deep.equal([true, false, false, false]);
  });
});
