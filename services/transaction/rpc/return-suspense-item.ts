import type { Rpcs } from '#chassis/serve.ts';
import type { TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import type { Context } from '../context.ts';
import { returnSteps } from '../returning.ts';

/** Sends money that is in suspense back to the bank that it came from. */
export function returnSuspenseItem(context: Context): Rpcs<typeof TransactionService>['returnSuspenseItem'] {
  const order = context.orders.define(returnSteps(context));
  return (request, call) => {
    const { suspenseItemId: itemId, isoReason } = request;
    return order.run(request, call, async () => {
      await context.vault.ready(itemId);
      return { itemId, isoReason };
    });
  };
}
