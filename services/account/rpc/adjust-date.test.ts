import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import { BusinessDayConvention } from '#gen/bank/account/v1/calendar_pb.ts';
import { useBank } from '../../_testbed/bank.ts';
import { ACCOUNT_BANK, accountsAs } from '../../_testbed/opening.ts';

describe('AdjustDate', () => {
  const bank = useBank(ACCOUNT_BANK);
  const adjust = (calendarCode: string, date: string, convention: keyof typeof BusinessDayConvention) =>
    accountsAs(bank(), 'TELLER').adjustDate({ calendarCode, date, convention: BusinessDayConvention[convention] });

  const cases: [string, string, keyof typeof BusinessDayConvention, string, boolean][] = [
    ['TARGET2', '2026-04-03', 'FOLLOWING', '2026-04-07', false],
    ['TARGET2', '2026-04-03', 'PRECEDING', '2026-04-02', false],
    ['TARGET2', '2026-01-31', 'MODIFIED_FOLLOWING', '2026-01-30', false],
    ['CZ', '2026-09-28', 'FOLLOWING', '2026-09-29', false],
    ['TARGET2', '2026-09-28', 'FOLLOWING', '2026-09-28', true],
    // Over the end of a year, by the holidays of the next.
    ['TARGET2', '2027-12-31', 'FOLLOWING', '2027-12-31', true],
    ['TARGET2', '2028-01-01', 'FOLLOWING', '2028-01-03', false],
  ];
  for (const [calendar, date, convention, expected, isBusinessDay] of cases) {
    it(`takes ${date} to ${expected} by ${calendar} and ${convention}`, async () => {
      const answer = await adjust(calendar, date, convention);
      expect([answer.date, answer.businessDay]).to.deep.equal([expected, isBusinessDay]);
    });
  }

  it('refuses a day that is none, and a calendar that is not known then', async () => {
    await refused(adjust('CZ', '2026-02-30', 'FOLLOWING'), 'REQUEST_INVALID');
    await refused(adjust('CZ', '1999-01-01', 'FOLLOWING'), 'CALENDAR_NOT_FOUND');
    await refused(adjust('NOWHERE', '2026-01-01', 'FOLLOWING'), 'CALENDAR_NOT_FOUND');
  });
});
