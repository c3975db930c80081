import { expect } from 'chai';
import fc from 'fast-check';
import { holds } from '#chassis/testing/property.ts';
import { basisOf, type DayCount, nightOf, yearFraction } from './day-count.ts';

const CONVENTIONS: readonly DayCount[] = ['thirty_360', 'thirty_e_360', 'act_360', 'act_365f', 'act_act_isda'];
const date = (text: string) => Temporal.PlainDate.from(text);
const day = fc.integer({ min: 0, max: 20_000 }).map((days) => date('2000-01-01').add({ days }));

/** From, to, and the days of 30/360, 30E/360 and ACT. */
const PUBLISHED: readonly [string, string, number, number, number][] = [
  // Eagle Investment Systems, "Compare the ISMA 30E/360, NASD 30/360, and Actual Day Count", its eight scenarios.
  ['2003-12-29', '2004-01-31', 32, 31, 33],
  ['2003-12-30', '2004-01-31', 30, 30, 32],
  ['2003-12-31', '2004-01-31', 30, 30, 31],
  ['2004-01-01', '2004-01-31', 30, 29, 30],
  ['2003-12-29', '2004-02-01', 32, 32, 34],
  ['2003-12-30', '2004-02-01', 31, 31, 33],
  ['2003-12-31', '2004-02-01', 31, 31, 32],
  ['2004-01-01', '2004-02-01', 30, 30, 31],
  // By the formulas of the 2006 ISDA Definitions, section 4.16 (f) and (g).
  ['2007-01-15', '2007-01-30', 15, 15, 15],
  ['2007-01-15', '2007-02-15', 30, 30, 31],
  ['2007-01-15', '2007-07-15', 180, 180, 181],
  ['2007-09-30', '2008-03-31', 180, 180, 183],
  ['2007-09-30', '2007-10-31', 30, 30, 31],
  ['2007-09-30', '2008-09-30', 360, 360, 366],
  ['2007-01-15', '2007-01-31', 16, 15, 16],
  ['2007-01-31', '2007-02-28', 28, 28, 28],
  ['2007-02-28', '2007-03-31', 33, 32, 31],
  ['2006-08-31', '2007-02-28', 178, 178, 181],
  ['2007-02-28', '2007-08-31', 183, 182, 184],
  ['2007-02-14', '2007-02-28', 14, 14, 14],
  ['2007-02-26', '2008-02-29', 363, 363, 368],
  ['2008-02-29', '2009-02-28', 359, 359, 365],
  ['2008-02-29', '2008-03-30', 31, 31, 30],
  ['2008-02-29', '2008-03-31', 32, 31, 31],
];

describe('day counts', () => {
  for (const [from, to, thirty, european, actual] of PUBLISHED) {
    it(`from ${from} to ${to} are ${thirty} by 30/360, ${european} by 30E/360, ${actual} by ACT`, () => {
      const days = (convention: DayCount) => yearFraction(convention, date(from), date(to)).days;
      expect([days('thirty_360'), days('thirty_e_360'), days('act_360'), days('act_365f')]).to.deep.equal([
        thirty,
        european,
        actual,
        actual,
      ]);
    });
  }

  // ISDA, "EMU and Market Conventions: Recent Developments" (1998), the examples of ACT/ACT (ISDA).
  const actual: [string, string, number][] = [
    ['2003-11-01', '2004-05-01', 61 / 365 + 121 / 366],
    ['1999-02-01', '1999-07-01', 150 / 365],
    ['1999-07-01', '2000-07-01', 184 / 365 + 182 / 366],
    ['2002-08-15', '2003-07-15', 334 / 365],
    ['1999-07-30', '2000-01-30', 155 / 365 + 29 / 366],
    ['2000-01-30', '2000-06-30', 152 / 366],
  ];
  for (const [from, to, expected] of actual) {
    it(`from ${from} to ${to} are ${expected.toFixed(8)} of a year by ACT/ACT`, () => {
      const { days, basis } = yearFraction('act_act_isda', date(from), date(to));
      expect(days / basis).to.be.closeTo(expected, 1e-12);
    });
  }

  it('of parts come to those of the whole, by every convention whose days do not depend on where it began', () =>
    holds(
      fc.property(day, day, day, (...three) => {
        const [first, middle, last] = three.sort(Temporal.PlainDate.compare) as [
          (typeof three)[0],
          (typeof three)[0],
          (typeof three)[0],
        ];
        for (const convention of CONVENTIONS.filter((one) => one !== 'thirty_360')) {
          const between = (from: Temporal.PlainDate, to: Temporal.PlainDate) => yearFraction(convention, from, to).days;
          expect(between(first, middle) + between(middle, last), convention).to.equal(between(first, last));
        }
      }),
      { runs: 300, proofRuns: 20_000 },
    ));

  it('of the nights of whole months come to those of the months', () =>
    holds(
      fc.property(day, fc.integer({ min: 1, max: 4 }), (within, months) => {
        const from = within.with({ day: 1 });
        const to = from.add({ months });
        for (const convention of CONVENTIONS) {
          let nights = 0;
          for (let one = from; Temporal.PlainDate.compare(one, to) < 0; one = one.add({ days: 1 })) {
            nights += nightOf(convention, one).days;
          }
          expect(nights, convention).to.equal(yearFraction(convention, from, to).days);
        }
      }),
      { runs: 50, proofRuns: 2_000 },
    ));

  it('make a year of 360 days of 30/360, and a whole one of ACT/ACT', () => {
    for (const year of ['2023', '2024']) {
      const of = (convention: DayCount) =>
        yearFraction(convention, date(`${year}-01-01`), date(`${Number(year) + 1}-01-01`)).days;
      expect([of('thirty_360'), of('thirty_e_360'), of('act_act_isda')]).to.deep.equal([
        360,
        360,
        basisOf('act_act_isda'),
      ]);
    }
  });
});
