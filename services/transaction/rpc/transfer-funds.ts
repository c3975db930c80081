import type { Rpcs } from '#chassis/serve.ts';
import type { TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import type { Context } from '../context.ts';
import { transferSteps } from '../signed-orders.ts';
import { prepareTransfer } from '../transferring.ts';

/** Transfers money between two accounts of the bank. */
export function transferFunds(context: Context): Rpcs<typeof TransactionService>['transferFunds'] {
  const order = context.orders.define(transferSteps(context));
  return (request, call) => order.run(request, call, () => prepareTransfer(context, request, call));
}
