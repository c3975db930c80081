import type { Rpcs } from '#chassis/serve.ts';
import { TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { answered, lockAtRest, readyFor, saveChanged } from '../schedules.ts';

/** Ends a scheduled payment. */
export function cancelScheduledPayment(context: Context): Rpcs<typeof TransactionService>['cancelScheduledPayment'] {
  return (request, call) =>
    context.commands.run(TransactionService.method.cancelScheduledPayment, request, call, {
      prepare: () => readyFor(context, request.scheduledPaymentId),
      decide: async (tx) => {
        const row = await lockAtRest(tx, request.scheduledPaymentId);
        if (row.state !== 'active' && row.state !== 'paused') throw refuse('SCHEDULED_PAYMENT_ENDED');
        const ended = { ...row, state: 'cancelled' as const, dueDate: null, runDate: null, attempt: 0 };
        return answered(
          tx,
          context.vault,
          await saveChanged(tx, ended, 'CANCELLED', call.principal?.partyId ?? ''),
          call,
        );
      },
    });
}
