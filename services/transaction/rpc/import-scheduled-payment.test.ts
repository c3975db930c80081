import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import { ScheduledPaymentState } from '#gen/bank/transaction/v1/scheduled_payment_pb.ts';
import { useBank } from '../../_testbed/bank.ts';
import { openAccount } from '../../_testbed/opening.ts';
import { aRequestId, as, czk } from '../testing.ts';
import { SCHEDULING } from '../testing-schedules.ts';

describe('ImportScheduledPayment', () => {
  const bank = useBank(SCHEDULING);

  it('brings a standing order in once, by its reference, as history that is never paid', async () => {
    const account = await openAccount(bank(), { migrating: true });
    const order = {
      externalReference: `order-${aRequestId()}`,
      debtorAccountId: account.accountId,
      amount: czk('2523.20'),
      startDate: '1996-08-05',
      endDate: '1998-12-05',
      recurrenceRule: 'FREQ=MONTHLY;BYMONTHDAY=5',
      counterparty: 'YZ 1301700',
    };
    const bring = (terms: object, role: 'BACK_OFFICE' | 'TELLER' = 'BACK_OFFICE') =>
      as(bank(), role).importScheduledPayment({ requestId: aRequestId(), ...order, ...terms });
    const { scheduledPayment } = await bring({});
    expect(scheduledPayment).to.deep.include({
      state: ScheduledPaymentState.IMPORTED,
      externalReference: order.externalReference,
      counterparty: 'YZ 1301700',
      startDate: '1996-08-05',
      endDate: '1998-12-05',
      nextDueDate: '',
    });
    await refused(bring({}), 'SCHEDULED_PAYMENT_EXISTS');
    const other = { externalReference: `order-${aRequestId()}` };
    await refused(bring({ ...other, recurrenceRule: 'FREQ=MONTHLY;COUNT=2' }), 'RECURRENCE_RULE_INVALID');
    await refused(bring({ ...other, debtorAccountId: 'acc_none' }), 'ACCOUNT_NOT_FOUND');
    await refused(bring(other, 'TELLER'), 'CALLER_NOT_ALLOWED');
    const { accountId: debtorAccountId } = await openAccount(bank(), {});
    await refused(bring({ ...other, debtorAccountId }), 'ACCOUNT_NOT_MIGRATING');
    // Whoever brings the same in again, once its account is cut over.
    await refused(bring({ debtorAccountId }), 'SCHEDULED_PAYMENT_EXISTS');
    const { scheduledPaymentId = '' } = scheduledPayment ?? {};
    const cancel = { requestId: aRequestId(), scheduledPaymentId };
    await refused(as(bank(), 'BACK_OFFICE').cancelScheduledPayment(cancel), 'SCHEDULED_PAYMENT_ENDED');
  });
});
