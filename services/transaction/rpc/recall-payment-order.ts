import type { Rpcs } from '#chassis/serve.ts';
import { TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { lockPayment, selectPayments } from '../payment-tables.ts';
import { paymentMessage, transactionOf } from '../payments.ts';
import { readOrder } from '../reading.ts';
import { requestRecall } from '../recall-tables.ts';

/** Asks a booked payment back. It goes to integration behind the answer (`recalls.ts`). */
export function recallPaymentOrder(context: Context): Rpcs<typeof TransactionService>['recallPaymentOrder'] {
  const { commands, database, vault } = context;
  return (request, call) => {
    const { paymentOrderId, isoReason } = request;
    return commands.run(TransactionService.method.recallPaymentOrder, request, call, {
      // What its payer's key opens is opened before the transaction; and what is booked, stays so.
      prepare: async () => {
        const [payment] = await database.query(selectPayments([paymentOrderId]));
        if (!payment) return undefined;
        await vault.ready(payment.partyId);
        return payment.executed ? readOrder(context, transactionOf(payment), call) : undefined;
      },
      decide: async (tx, order) => {
        const [payment] = await tx.query(lockPayment(paymentOrderId));
        if (!payment) throw refuse('PAYMENT_ORDER_NOT_FOUND');
        if (payment.recallState !== null) throw refuse('PAYMENT_ORDER_RECALLED');
        const isUnderWay = ['created', 'sent', 'settled'].includes(payment.state) && payment.reportState === null;
        if (!isUnderWay || order?.state !== 'posted') throw refuse('PAYMENT_ORDER_NOT_RECALLABLE');
        await tx.execute(requestRecall(paymentOrderId, isoReason));
        tx.record({ resourceIds: [paymentOrderId, payment.debtorAccountId], partyId: payment.partyId });
        const recall = { recallState: 'requested', recallReason: isoReason, recallTime: Date.now() } as const;
        return { paymentOrder: await paymentMessage(vault, { ...payment, ...recall }, order) };
      },
    });
  };
}
