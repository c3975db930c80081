import type { Rpcs } from '#chassis/serve.ts';
import type { TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import type { Context } from '../context.ts';
import { preparePayment } from '../paying.ts';
import { paymentSteps } from '../payments.ts';

/** Orders a payment to another bank. */
export function orderPayment(context: Context): Rpcs<typeof TransactionService>['orderPayment'] {
  const order = context.orders.define(paymentSteps(context));
  return (request, call) => order.run(request, call, () => preparePayment(context, request, call));
}
