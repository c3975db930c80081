import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import { useBank } from '../../_testbed/bank.ts';
import { endDay } from '../../_testbed/days.ts';
import { openAccount, registerPerson } from '../../_testbed/opening.ts';
import { of } from '../testing.ts';
import { aSchedule, dayIn, SCHEDULING, scheduled, untilRegistered } from '../testing-schedules.ts';

describe('ListScheduledPaymentRuns', () => {
  const bank = useBank(SCHEDULING);

  it('lists every try page by page, newest first', async () => {
    await untilRegistered(bank());
    const jana = await registerPerson(bank());
    const [mine, his] = [await openAccount(bank(), { owners: [jana] }), await openAccount(bank(), {})];
    const request = aSchedule(mine, his, await dayIn(bank(), 1), { retryDays: 1 });
    const scheduledPaymentId = await scheduled(bank(), jana, request);
    await endDay(bank());
    await endDay(bank());
    const list = (page: object) => of(bank(), jana).listScheduledPaymentRuns({ scheduledPaymentId, ...page });
    const { runs, nextPageToken } = await list({ pageSize: 1 });
    const { runs: more, nextPageToken: none } = await list({ pageSize: 1, pageToken: nextPageToken });
    expect([...runs, ...more].map(({ attempt, reason }) => `${attempt} ${reason}`)).to.deep.equal([
      '1 INSUFFICIENT_FUNDS',
      '0 INSUFFICIENT_FUNDS',
    ]);
    expect(none).to.equal('');
    await refused(list({ pageToken: 'x' }), 'PAGE_TOKEN_INVALID');
    const stranger = of(bank(), await registerPerson(bank()));
    await refused(stranger.listScheduledPaymentRuns({ scheduledPaymentId }), 'SCHEDULED_PAYMENT_NOT_FOUND');
  });
});
