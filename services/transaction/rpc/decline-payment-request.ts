import type { Rpcs } from '#chassis/serve.ts';
import { TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import type { Context } from '../context.ts';
import { ending } from '../payment-requests.ts';

/** Declines a payment request, by who was asked. */
export function declinePaymentRequest(context: Context): Rpcs<typeof TransactionService>['declinePaymentRequest'] {
  return (request, call) =>
    context.commands.run(
      TransactionService.method.declinePaymentRequest,
      request,
      call,
      ending(context, 'declined', request.paymentRequestId, call),
    );
}
