import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import { useBank } from '../../_testbed/bank.ts';
import { ACCOUNT_BANK, accountsOf, registerPerson } from '../../_testbed/opening.ts';

describe('GetCalendarYear', () => {
  const bank = useBank(ACCOUNT_BANK);

  it('reads the holidays that the bank began with, as anybody may', async () => {
    const client = accountsOf(bank(), await registerPerson(bank()));
    const { calendarYear } = await client.getCalendarYear({ calendarCode: 'TARGET2', year: 2026 });
    expect(calendarYear?.version).to.equal(1);
    expect(calendarYear?.holidays.map(({ date }) => date)).to.deep.equal([
      '2026-01-01',
      '2026-04-03',
      '2026-04-06',
      '2026-05-01',
      '2026-12-25',
      '2026-12-26',
    ]);
    await refused(client.getCalendarYear({ calendarCode: 'TARGET2', year: 1999 }), 'CALENDAR_NOT_FOUND');
    await refused(client.getCalendarYear({ calendarCode: 'TARGET2', year: 2026, version: 9 }), 'CALENDAR_NOT_FOUND');
    await refused(client.getCalendarYear({ calendarCode: 'NOWHERE', year: 2026 }), 'CALENDAR_NOT_FOUND');
  });
});
