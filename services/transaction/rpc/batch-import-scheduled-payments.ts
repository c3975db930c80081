import { outcomesOf } from '#chassis/item-outcomes.ts';
import type { Rpcs } from '#chassis/serve.ts';
import type { TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import type { Context } from '../context.ts';
import { importScheduledPayment } from './import-scheduled-payment.ts';

/** Brings in many standing orders of another bank, each by a command of its own. */
export function batchImportScheduledPayments(
  context: Context,
): Rpcs<typeof TransactionService>['batchImportScheduledPayments'] {
  const bringIn = importScheduledPayment(context);
  return async (request, call) => ({
    outcomes: await outcomesOf(request.scheduledPayments, request, async (one) => ({
      scheduledPayment: (await bringIn(one, call)).scheduledPayment,
    })),
  });
}
