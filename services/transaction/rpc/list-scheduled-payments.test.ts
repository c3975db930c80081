import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import { ScheduledPaymentState } from '#gen/bank/transaction/v1/scheduled_payment_pb.ts';
import { useBank } from '../../_testbed/bank.ts';
import { openAccount, registerPerson } from '../../_testbed/opening.ts';
import { aRequestId, of } from '../testing.ts';
import { aSchedule, dayIn, SCHEDULING, scheduled } from '../testing-schedules.ts';

describe('ListScheduledPayments', () => {
  const bank = useBank(SCHEDULING);

  it('lists those of an account page by page, oldest first, and by their state', async () => {
    const jana = await registerPerson(bank());
    const [mine, his] = [await openAccount(bank(), { owners: [jana] }), await openAccount(bank(), {})];
    const tomorrow = await dayIn(bank(), 1);
    const ids: string[] = [];
    for (let count = 0; count < 3; count += 1) ids.push(await scheduled(bank(), jana, aSchedule(mine, his, tomorrow)));
    const [, second = ''] = ids;
    await of(bank(), jana).cancelScheduledPayment({ requestId: aRequestId(), scheduledPaymentId: second });
    const { accountId } = mine;
    const list = async (filter: object) => {
      const answer = await of(bank(), jana).listScheduledPayments({ accountId, ...filter });
      return [answer.scheduledPayments.map((one) => one.scheduledPaymentId), answer.nextPageToken] as const;
    };
    const [first, pageToken] = await list({ pageSize: 2 });
    expect([...first, ...(await list({ pageSize: 2, pageToken }))[0]]).to.deep.equal(ids);
    expect(await list({ state: ScheduledPaymentState.CANCELLED })).to.deep.equal([[second], '']);
    await refused(list({ pageSize: 2, pageToken, state: 1 }), 'PAGE_TOKEN_INVALID');
    await refused(of(bank(), jana).listScheduledPayments({ accountId: his.accountId }), 'ACCOUNT_NOT_FOUND');
  });
});
