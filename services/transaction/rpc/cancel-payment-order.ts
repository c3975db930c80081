import type { Rpcs } from '#chassis/serve.ts';
import { PaymentOrderCancelledSchema } from '#gen/bank/transaction/v1/transaction_events_pb.ts';
import { TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { changePayment, lockPayment, selectPayments } from '../payment-tables.ts';
import { paymentMessage } from '../payments.ts';

/** Takes a payment order back that is not executed yet. */
export function cancelPaymentOrder({
  commands,
  database,
  vault,
}: Context): Rpcs<typeof TransactionService>['cancelPaymentOrder'] {
  return (request, call) => {
    const { paymentOrderId } = request;
    return commands.run(TransactionService.method.cancelPaymentOrder, request, call, {
      // What its payer's key opens is opened before the transaction.
      prepare: async () => {
        const [payment] = await database.query(selectPayments([paymentOrderId]));
        if (payment) await vault.ready(payment.partyId);
      },
      decide: async (tx) => {
        const [payment] = await tx.query(lockPayment(paymentOrderId));
        if (!payment) throw refuse('PAYMENT_ORDER_NOT_FOUND');
        if (payment.state !== 'created' || payment.executed) throw refuse('PAYMENT_ORDER_NOT_CANCELLABLE');
        await tx.execute(changePayment(paymentOrderId, { state: 'cancelled', reason: '', isoReason: '' }));
        // As of one that fails, the one event of it.
        const event = { paymentOrderId, debtorAccountId: payment.debtorAccountId };
        tx.publish(PaymentOrderCancelledSchema, event, { id: paymentOrderId, sequence: 1 });
        tx.record({ resourceIds: [paymentOrderId, payment.debtorAccountId], partyId: payment.partyId });
        const cancelled = { state: 'cancelled', time: Date.now(), reason: '', isoReason: '' } as const;
        return { paymentOrder: await paymentMessage(vault, { ...payment, changes: [cancelled] }, undefined) };
      },
    });
  };
}
