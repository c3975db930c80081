import type { Rpcs } from '#chassis/serve.ts';
import {
  ListPaymentOrdersRequestSchema,
  type TransactionService,
} from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import type { Context } from '../context.ts';
import { selectPaymentsOf } from '../payment-tables.ts';
import { readPaymentMessages } from '../payments.ts';

/** Lists the payment orders of an account, newest first. */
export function listPaymentOrders(context: Context): Rpcs<typeof TransactionService>['listPaymentOrders'] {
  const { database, pages } = context;
  return async (request, call) => {
    const { size, after } = pages.read(ListPaymentOrdersRequestSchema, request);
    const rows = await database.query(selectPaymentsOf(request.accountId, after?.[0], size + 1));
    const shown = rows.slice(0, size);
    const last = shown.at(-1);
    return {
      paymentOrders: await readPaymentMessages(context, shown, call),
      nextPageToken: rows.length > size && last ? pages.next(ListPaymentOrdersRequestSchema, request, [last.id]) : '',
    };
  };
}
