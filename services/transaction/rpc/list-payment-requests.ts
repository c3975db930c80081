import type { Rpcs } from '#chassis/serve.ts';
import {
  ListPaymentRequestsRequestSchema,
  type TransactionService,
} from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import type { Context } from '../context.ts';
import { selectRequestsOf } from '../payment-request-tables.ts';
import { requestMessage } from '../payment-requests.ts';

/** Lists the payment requests from and to an account, newest first. */
export function listPaymentRequests({
  database,
  pages,
  vault,
}: Context): Rpcs<typeof TransactionService>['listPaymentRequests'] {
  return async (request) => {
    const { size, after } = pages.read(ListPaymentRequestsRequestSchema, request);
    const rows = await database.query(selectRequestsOf(request.accountId, after?.[0], size + 1));
    const shown = rows.slice(0, size);
    const last = shown.at(-1);
    return {
      paymentRequests: await Promise.all(shown.map((row) => requestMessage(vault, row))),
      nextPageToken: rows.length > size && last ? pages.next(ListPaymentRequestsRequestSchema, request, [last.id]) : '',
    };
  };
}
