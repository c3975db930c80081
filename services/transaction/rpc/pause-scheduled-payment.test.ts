import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import { ScheduledPaymentState } from '#gen/bank/transaction/v1/scheduled_payment_pb.ts';
import { useBank } from '../../_testbed/bank.ts';
import { openAccount, registerPerson } from '../../_testbed/opening.ts';
import { aRequestId, as, of } from '../testing.ts';
import { aSchedule, dayIn, SCHEDULING, scheduled } from '../testing-schedules.ts';

describe('PauseScheduledPayment', () => {
  const bank = useBank(SCHEDULING);

  it('leaves nothing due until it is resumed; for whoever sees the account', async () => {
    const [jana, stranger] = [await registerPerson(bank()), await registerPerson(bank())];
    const [mine, his] = [await openAccount(bank(), { owners: [jana] }), await openAccount(bank(), {})];
    const scheduledPaymentId = await scheduled(bank(), jana, aSchedule(mine, his, await dayIn(bank(), 1)));
    const pause = (client: ReturnType<typeof of>) =>
      client.pauseScheduledPayment({ requestId: aRequestId(), scheduledPaymentId });
    await refused(pause(of(bank(), stranger)), 'SCHEDULED_PAYMENT_NOT_FOUND');
    const { scheduledPayment } = await pause(of(bank(), jana));
    expect(scheduledPayment).to.include({ state: ScheduledPaymentState.PAUSED, nextDueDate: '', nextRunDate: '' });
    await refused(pause(as(bank(), 'TELLER')), 'SCHEDULED_PAYMENT_NOT_ACTIVE');
  });
});
