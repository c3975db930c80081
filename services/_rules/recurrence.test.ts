import { expect } from 'chai';
import fc from 'fast-check';
import { holds } from '#chassis/testing/property.ts';
import { nextDay, type Recurrence, readRecurrence } from './recurrence.ts';

const date = (text: string) => Temporal.PlainDate.from(text);

function rule(text: string): Recurrence {
  const read = readRecurrence(text);
  if (!read) throw new Error(`${text} was not read`);
  return read;
}

function daysOf(text: string, start: string, count = 5): string {
  const days: string[] = [];
  for (let after = date(start).subtract({ days: 1 }); days.length < count; ) {
    const next = nextDay(rule(text), date(start), after);
    if (!next) break;
    days.push(next.toString());
    after = next;
  }
  return days.join(' ');
}

describe('A rule of recurrence', () => {
  const golden: [string, string, string][] = [
    // The end of the month: RFC 7529 takes a day that is not there back, or leaves it out.
    ['FREQ=MONTHLY;BYMONTHDAY=31', '2026-01-01', '2026-01-31 2026-02-28 2026-03-31 2026-04-30 2026-05-31'],
    ['FREQ=MONTHLY', '2027-12-31', '2027-12-31 2028-01-31 2028-02-29 2028-03-31 2028-04-30'],
    ['FREQ=MONTHLY;BYMONTHDAY=30,31', '2026-02-01', '2026-02-28 2026-03-30 2026-03-31 2026-04-30 2026-05-30'],
    ['RSCALE=GREGORIAN;FREQ=MONTHLY', '2026-01-31', '2026-01-31 2026-03-31 2026-05-31 2026-07-31 2026-08-31'],
    ['RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=OMIT', '2026-01-30', '2026-01-30 2026-03-30 2026-04-30 2026-05-30 2026-06-30'],
    ['FREQ=MONTHLY;BYMONTHDAY=-1', '2026-02-01', '2026-02-28 2026-03-31 2026-04-30 2026-05-31 2026-06-30'],
    ['FREQ=MONTHLY;INTERVAL=3', '2025-11-30', '2025-11-30 2026-02-28 2026-05-30 2026-08-30 2026-11-30'],
    ['FREQ=YEARLY', '2024-02-29', '2024-02-29 2025-02-28 2026-02-28 2027-02-28 2028-02-29'],
    ['RSCALE=GREGORIAN;FREQ=YEARLY;SKIP=OMIT', '2096-02-29', '2096-02-29 2104-02-29 2108-02-29 2112-02-29 2116-02-29'],
    // The last business day but for holidays, and the nth weekday.
    [
      'FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1',
      '2026-01-01',
      '2026-01-30 2026-02-27 2026-03-31 2026-04-30 2026-05-29',
    ],
    ['FREQ=MONTHLY;BYDAY=2TU', '2026-01-01', '2026-01-13 2026-02-10 2026-03-10 2026-04-14 2026-05-12'],
    ['FREQ=MONTHLY;BYDAY=5FR', '2026-01-01', '2026-01-30 2026-05-29 2026-07-31 2026-10-30 2027-01-29'],
    ['FREQ=MONTHLY;BYDAY=-1FR', '2026-01-01', '2026-01-30 2026-02-27 2026-03-27 2026-04-24 2026-05-29'],
    // Weeks begin on Monday.
    ['FREQ=WEEKLY;BYDAY=FR,MO;INTERVAL=2', '2026-01-01', '2026-01-02 2026-01-12 2026-01-16 2026-01-26 2026-01-30'],
    ['FREQ=WEEKLY', '2026-01-04', '2026-01-04 2026-01-11 2026-01-18 2026-01-25 2026-02-01'],
    ['FREQ=DAILY;INTERVAL=10', '2026-01-01', '2026-01-01 2026-01-11 2026-01-21 2026-01-31 2026-02-10'],
    ['FREQ=MONTHLY;BYMONTH=1,7;BYMONTHDAY=15', '2026-02-01', '2026-07-15 2027-01-15 2027-07-15 2028-01-15 2028-07-15'],
    ['FREQ=YEARLY;BYMONTH=3,9', '2026-04-15', '2026-09-15 2027-03-15 2027-09-15 2028-03-15 2028-09-15'],
    ['FREQ=YEARLY;INTERVAL=999', '9000-01-01', '9000-01-01 9999-01-01'],
  ];
  for (const [text, start, days] of golden) {
    it(`${text} from ${start} on comes to ${days}`, () => {
      expect(daysOf(text, start)).to.equal(days);
    });
  }

  it('is refused when it is none, or says what is said elsewhere', () => {
    const wrong = [
      '',
      'MONTHLY',
      'FREQ=',
      'FREQ=HOURLY',
      'FREQ=MONTHLY;FREQ=DAILY',
      'FREQ=MONTHLY;',
      'freq=monthly',
      'FREQ=MONTHLY;INTERVAL=0',
      'FREQ=MONTHLY;INTERVAL=1000',
      'FREQ=MONTHLY;INTERVAL=1,2',
      'FREQ=MONTHLY;INTERVAL=1e2',
      'FREQ=MONTHLY;COUNT=3',
      'FREQ=MONTHLY;UNTIL=20270101',
      'FREQ=MONTHLY;BYMONTHDAY=32',
      'FREQ=MONTHLY;BYMONTHDAY=0',
      'FREQ=MONTHLY;BYMONTHDAY=-29',
      'FREQ=MONTHLY;BYMONTHDAY=',
      'FREQ=MONTHLY;BYMONTHDAY=1;BYDAY=MO',
      'FREQ=MONTHLY;BYSETPOS=1',
      'FREQ=MONTHLY;BYDAY=6MO',
      'FREQ=MONTHLY;BYMONTH=13',
      'FREQ=WEEKLY;BYDAY=1MO',
      'FREQ=WEEKLY;BYMONTHDAY=1',
      'FREQ=DAILY;BYDAY=MO',
      'FREQ=MONTHLY;SKIP=OMIT',
      'RSCALE=CHINESE;FREQ=MONTHLY',
      'RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=FORWARD',
    ];
    expect(wrong.filter((text) => readRecurrence(text) !== undefined)).to.deep.equal([]);
  });

  it('has no day where there is none', () => {
    const none: [string, string][] = [
      ['RSCALE=GREGORIAN;FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30', '2026-01-01'],
      ['FREQ=MONTHLY;INTERVAL=12;BYMONTH=2', '2026-01-01'],
      ['FREQ=MONTHLY;BYDAY=5MO;BYMONTH=2;INTERVAL=999', '9990-01-01'],
    ];
    expect(none.map(([text, start]) => daysOf(text, start))).to.deep.equal(['', '', '']);
  });

  it('comes to exactly the days that are of it, whatever the rule', async () => {
    const parts = fc.oneof(
      fc.constant(''),
      fc
        .uniqueArray(fc.integer({ min: 1, max: 31 }), { minLength: 1, maxLength: 3 })
        .map((days) => `BYMONTHDAY=${days.join()}`),
      fc.integer({ min: -28, max: -1 }).map((day) => `BYMONTHDAY=${day}`),
    );
    const skips = fc.constantFrom('', 'RSCALE=GREGORIAN;', 'RSCALE=GREGORIAN;SKIP=BACKWARD;');
    const start = fc.integer({ min: 0, max: 4_000 }).map((days) => date('2020-01-01').add({ days }));
    await holds(
      fc.property(parts, skips, start, fc.integer({ min: 1, max: 5 }), (part, skip, from, interval) => {
        const text = `${skip}FREQ=MONTHLY;INTERVAL=${interval}${part && `;${part}`}`;
        const read = rule(text);
        const wanted = read.monthDays.length > 0 ? read.monthDays : [from.day];
        // The same said day by day, without months that are stepped through.
        const isOne = (day: Temporal.PlainDate) => {
          const months = (day.year - from.year) * 12 + day.month - from.month;
          const isMonth = months >= 0 && months % interval === 0;
          const fits = wanted.some((one) => one === day.day || day.daysInMonth + 1 + one === day.day);
          const isCut = read.skip === 'BACKWARD' && day.day === day.daysInMonth && wanted.some((one) => one > day.day);
          return isMonth && (fits || isCut);
        };
        const expected: string[] = [];
        for (let day = from; expected.length < 8 && from.until(day).days < 3_000; day = day.add({ days: 1 })) {
          if (isOne(day)) expected.push(day.toString());
        }
        expect(daysOf(text, from.toString(), expected.length)).to.equal(expected.join(' '));
      }),
      { runs: 20, proofRuns: 1_000 },
    );
  });
});
