import type { Rpcs } from '#chassis/serve.ts';
import type { TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { selectPayments } from '../payment-tables.ts';
import { readPaymentMessages } from '../payments.ts';

/** Reads a payment order. */
export function getPaymentOrder(context: Context): Rpcs<typeof TransactionService>['getPaymentOrder'] {
  return async ({ paymentOrderId }, call) => {
    const [payment] = await context.database.query(selectPayments([paymentOrderId]));
    if (!payment) throw refuse('PAYMENT_ORDER_NOT_FOUND');
    const [paymentOrder] = await readPaymentMessages(context, [payment], call);
    return paymentOrder ? { paymentOrder } : {};
  };
}
