import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import { useBank } from '../../_testbed/bank.ts';
import { ACCOUNT_BANK, accountsAs, aRequestId } from '../../_testbed/opening.ts';
import { approvedAccounts } from '../testing-mandates.ts';

describe('PublishCalendarYear', () => {
  const bank = useBank(ACCOUNT_BANK);
  const publish = (baseVersion: number, dates: readonly string[], calendarCode = 'CZ') =>
    approvedAccounts(bank()).publishCalendarYear({
      requestId: aRequestId('calendar'),
      calendarCode,
      year: 2031,
      baseVersion,
      holidays: dates.map((date) => ({ date, displayName: 'A day off' })),
    });

  it('adds a version, which counts from then on, and keeps the one before', async () => {
    const { calendarYear } = await publish(1, ['2031-12-24', '2031-01-01']);
    expect(calendarYear?.version).to.equal(2);
    expect(calendarYear?.holidays.map(({ date }) => date)).to.deep.equal(['2031-01-01', '2031-12-24']);
    const staff = accountsAs(bank(), 'AUDITOR');
    const newest = await staff.getCalendarYear({ calendarCode: 'CZ', year: 2031 });
    expect(newest.calendarYear).to.deep.include({ version: 2, approverId: 'stf_checker' });
    const first = await staff.getCalendarYear({ calendarCode: 'CZ', year: 2031, version: 1 });
    expect(first.calendarYear?.holidays).to.have.length(13);
    await refused(publish(1, []), 'ETAG_MISMATCH');
  });

  it('refuses days that are none of the year, and starts a calendar of the bank', async () => {
    await refused(publish(0, ['2030-01-01'], 'BRANCH'), 'CALENDAR_INVALID');
    await refused(publish(0, ['2031-02-29'], 'BRANCH'), 'CALENDAR_INVALID');
    expect((await publish(0, ['2031-03-03'], 'BRANCH')).calendarYear?.version).to.equal(1);
  });
});
