import { expect } from 'chai';
import { useBank } from '../../_testbed/bank.ts';
import { ACCOUNT_BANK, accountsAs } from '../../_testbed/opening.ts';

describe('ListCalendarYears', () => {
  const bank = useBank(ACCOUNT_BANK);

  it('lists years by calendar, page by page', async () => {
    const client = accountsAs(bank(), 'AUDITOR');
    const all: string[] = [];
    for (let pageToken = ''; ; ) {
      const page = await client.listCalendarYears({ pageSize: 25, pageToken });
      all.push(...page.calendarYears.map(({ calendarCode, year }) => `${calendarCode} ${year}`));
      pageToken = page.nextPageToken;
      if (pageToken === '') break;
    }
    expect([all[0], all.at(-1), all.length]).to.deep.equal(['CZ 2020', 'TARGET2 2050', 62]);
    const own = await client.listCalendarYears({ calendarCode: 'TARGET2', pageSize: 100 });
    expect(own.calendarYears).to.have.length(31);
  });
});
