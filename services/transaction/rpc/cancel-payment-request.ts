import type { Rpcs } from '#chassis/serve.ts';
import { TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import type { Context } from '../context.ts';
import { ending } from '../payment-requests.ts';

/** Takes a payment request back, by who asked. */
export function cancelPaymentRequest(context: Context): Rpcs<typeof TransactionService>['cancelPaymentRequest'] {
  return (request, call) =>
    context.commands.run(
      TransactionService.method.cancelPaymentRequest,
      request,
      call,
      ending(context, 'cancelled', request.paymentRequestId, call),
    );
}
