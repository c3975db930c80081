import type { Rpcs } from '#chassis/serve.ts';
import type { TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { selectRequests } from '../payment-request-tables.ts';
import { requestMessage } from '../payment-requests.ts';

/** Reads a payment request. */
export function getPaymentRequest({ database, vault }: Context): Rpcs<typeof TransactionService>['getPaymentRequest'] {
  return async ({ paymentRequestId }) => {
    const [row] = await database.query(selectRequests([paymentRequestId]));
    if (!row) throw refuse('PAYMENT_REQUEST_NOT_FOUND');
    return { paymentRequest: await requestMessage(vault, row) };
  };
}
