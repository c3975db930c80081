import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import { FreezeReason } from '#gen/bank/account/v1/account_pb.ts';
import { ScheduledPaymentState } from '#gen/bank/transaction/v1/scheduled_payment_pb.ts';
import { useBank } from '../../_testbed/bank.ts';
import { accountsAs, openAccount, registerPerson } from '../../_testbed/opening.ts';
import { aRequestId, of } from '../testing.ts';
import { aSchedule, dayIn, SCHEDULING, scheduled } from '../testing-schedules.ts';

describe('ResumeScheduledPayment', () => {
  const bank = useBank(SCHEDULING);

  it('has it paid again from its next day on, for whoever may order it', async () => {
    const jana = await registerPerson(bank());
    const [mine, his] = [await openAccount(bank(), { owners: [jana] }), await openAccount(bank(), {})];
    const tomorrow = await dayIn(bank(), 1);
    const scheduledPaymentId = await scheduled(bank(), jana, aSchedule(mine, his, tomorrow));
    const key = () => ({ requestId: aRequestId(), scheduledPaymentId });
    await refused(of(bank(), jana).resumeScheduledPayment(key()), 'SCHEDULED_PAYMENT_NOT_PAUSED');
    await of(bank(), jana).pauseScheduledPayment(key());
    const freeze = { accountId: mine.accountId, debits: true, reason: FreezeReason.COURT_ORDER };
    await accountsAs(bank(), 'COMPLIANCE').freezeAccount({ requestId: aRequestId(), ...freeze });
    await refused(of(bank(), jana).resumeScheduledPayment(key()), 'ACCOUNT_FROZEN');
    const thaw = { requestId: aRequestId(), accountId: mine.accountId };
    await accountsAs(bank(), 'COMPLIANCE').unfreezeAccount(thaw);
    const { scheduledPayment } = await of(bank(), jana).resumeScheduledPayment(key());
    expect(scheduledPayment).to.include({ state: ScheduledPaymentState.ACTIVE, nextDueDate: tomorrow });
  });

  it('does not have a day paid again that was paid on the business day before it', async () => {
    const jana = await registerPerson(bank());
    const [mine, his] = [await openAccount(bank(), { owners: [jana] }), await openAccount(bank(), {})];
    const tomorrow = await dayIn(bank(), 1);
    const request = aSchedule(mine, his, tomorrow, { recurrenceRule: 'FREQ=DAILY' });
    const scheduledPaymentId = await scheduled(bank(), jana, request);
    // As if tomorrow were a Sunday, and its payment had been skipped today.
    const run = `insert into scheduled_payment_run values ($1, $2, 0, $3, 'skipped', '', null, null, now())`;
    await bank()
      .database('transaction')
      .query(run, [scheduledPaymentId, tomorrow, await dayIn(bank(), 0)]);
    const key = () => ({ requestId: aRequestId(), scheduledPaymentId });
    await of(bank(), jana).pauseScheduledPayment(key());
    const { scheduledPayment } = await of(bank(), jana).resumeScheduledPayment(key());
    expect(scheduledPayment?.nextDueDate).to.equal(await dayIn(bank(), 2));
  });
});
