import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import { ScheduledPaymentState } from '#gen/bank/transaction/v1/scheduled_payment_pb.ts';
import { useBank } from '../../_testbed/bank.ts';
import { openAccount, registerPerson } from '../../_testbed/opening.ts';
import { aRequestId, of } from '../testing.ts';
import { aSchedule, dayIn, SCHEDULING, scheduled } from '../testing-schedules.ts';

describe('CancelScheduledPayment', () => {
  const bank = useBank(SCHEDULING);

  it('ends it for good, paused or not', async () => {
    const jana = await registerPerson(bank());
    const [mine, his] = [await openAccount(bank(), { owners: [jana] }), await openAccount(bank(), {})];
    const tomorrow = await dayIn(bank(), 1);
    for (const isPaused of [false, true]) {
      const scheduledPaymentId = await scheduled(bank(), jana, aSchedule(mine, his, tomorrow));
      const key = () => ({ requestId: aRequestId(), scheduledPaymentId });
      if (isPaused) await of(bank(), jana).pauseScheduledPayment(key());
      const request = key();
      const { scheduledPayment } = await of(bank(), jana).cancelScheduledPayment(request);
      expect(scheduledPayment).to.include({ state: ScheduledPaymentState.CANCELLED, nextDueDate: '' });
      expect((await of(bank(), jana).cancelScheduledPayment(request)).scheduledPayment).to.deep.equal(scheduledPayment);
      await refused(of(bank(), jana).cancelScheduledPayment(key()), 'SCHEDULED_PAYMENT_ENDED');
      await refused(of(bank(), jana).resumeScheduledPayment(key()), 'SCHEDULED_PAYMENT_NOT_PAUSED');
    }
  });
});
