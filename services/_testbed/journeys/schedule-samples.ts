// A request of every RPC of scheduled payments.
import { randomUUID } from 'node:crypto';
import { type Belongings, FAR_DATE } from './belongings.ts';
import { money } from './counter.ts';
import type { RpcName } from './doors.ts';
import type { Sample } from './samples.ts';

/** Of one that nothing is paid of in these tests. */
export function scheduleSamples(of: Belongings): Partial<Record<RpcName, Sample>> {
  const { accountId, creditorAccountId, migratingAccountId, scheduledPaymentId } = of;
  const payment = { debtorAccountId: accountId, creditorAccountId, fixedAmount: money('1.00'), startDate: FAR_DATE };
  const order = { externalReference: randomUUID(), debtorAccountId: migratingAccountId, amount: money('1.00') };
  return {
    'transaction.SchedulePayment': { request: payment },
    'transaction.UpdateScheduledPayment': { request: { scheduledPaymentId, fixedAmount: money('2.00') } },
    'transaction.PauseScheduledPayment': { request: { scheduledPaymentId } },
    'transaction.ResumeScheduledPayment': {
      request: { scheduledPaymentId },
      refused: 'SCHEDULED_PAYMENT_NOT_PAUSED',
    },
    'transaction.CancelScheduledPayment': { request: { scheduledPaymentId } },
    'transaction.GetScheduledPayment': { request: { scheduledPaymentId } },
    'transaction.ListScheduledPayments': { request: { accountId } },
    'transaction.ListScheduledPaymentRuns': { request: { scheduledPaymentId } },
    'transaction.ImportScheduledPayment': { request: order },
    'transaction.BatchImportScheduledPayments': {
      request: {
        scheduledPayments: [{ ...order, requestId: 'order-of-a-batch', externalReference: randomUUID() }],
      },
    },
  };
}
