import { expect } from 'chai';
import { withYear } from './words.ts';

describe('A time of transmission', () => {
  for (const [time, now, dated] of [
    ['1128093000', '2026-11-28T09:30:02Z', '20261128093000'],
    ['1128093000', '2027-11-28T09:30:02Z', '20271128093000'],
    ['1231235959', '2027-01-01T00:00:01Z', '20261231235959'],
    // The clock of whoever sent it is ahead.
    ['0101000001', '2026-12-31T23:59:59Z', '20270101000001'],
    ['0630120000', '2026-12-31T23:59:59Z', '20260630120000'],
  ] as const)
    it(`that says ${time} at ${now} is ${dated}`, () => {
      expect(withYear(time, Date.parse(now))).to.equal(dated);
    });
});
