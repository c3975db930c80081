import { fromPositiveMoney } from '#chassis/money.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { PaymentOrderState } from '#gen/bank/transaction/v1/payment_order_pb.ts';
import { type ReportPaymentRequest, TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import type { Context } from '../context.ts';
import { effectOf, type Report } from '../domain/payment.ts';
import { refuse, refuseRequest } from '../domain/refusals.ts';
import { changePayment, lockPayment, noteReport, type PaymentRow } from '../payment-tables.ts';

const REPORTS: Partial<Record<PaymentOrderState, Report>> = {
  [PaymentOrderState.SENT]: 'sent',
  [PaymentOrderState.SETTLED]: 'settled',
  [PaymentOrderState.FAILED]: 'failed',
  [PaymentOrderState.RETURNED]: 'returned',
  [PaymentOrderState.CANCELLED]: 'cancelled',
};

/** Takes in what the scheme says of a payment. What is to be put back, is put back behind the answer (`sending-payments.ts`). */
export function reportPayment({ commands }: Context): Rpcs<typeof TransactionService>['reportPayment'] {
  return (request, call) =>
    commands.run(TransactionService.method.reportPayment, request, call, {
      decide: async (tx) => {
        const { paymentOrderId: id, isoReason } = request;
        const report = REPORTS[request.state];
        if (!report) throw new Error(`payment order state ${request.state} is no report`);
        const [payment] = await tx.query(lockPayment(id));
        if (!payment) throw refuse('PAYMENT_ORDER_NOT_FOUND');
        const amount = amountOf(request, payment);
        const effect = effectOf(payment.state, payment.reportState, report);
        if (effect === 'conflict') throw refuse('PAYMENT_REPORT_CONFLICTS');
        if (effect === 'write') await tx.execute(changePayment(id, { state: report, reason: '', isoReason }));
        if (effect === 'put_back') await tx.execute(noteReport(id, { state: report, isoReason, amount }));
        tx.record({ resourceIds: [id, payment.debtorAccountId], partyId: '' });
        return {};
      },
    });
}

/** How much came back, in minor units; null where it is all. */
function amountOf({ returnedAmount }: ReportPaymentRequest, payment: PaymentRow): bigint | null {
  if (!returnedAmount) return null;
  const { currency, minor } = fromPositiveMoney(returnedAmount);
  if (currency !== payment.currency) throw refuseRequest('CURRENCY_MISMATCH');
  const paid = BigInt(payment.amount);
  if (minor > paid) throw refuse('REVERSAL_EXCEEDS_ORIGINAL');
  return minor === paid ? null : minor;
}
