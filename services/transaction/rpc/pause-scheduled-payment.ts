import type { Rpcs } from '#chassis/serve.ts';
import { TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { answered, lockAtRest, readyFor, saveChanged } from '../schedules.ts';

/** Has nothing of a scheduled payment paid until it is resumed. */
export function pauseScheduledPayment(context: Context): Rpcs<typeof TransactionService>['pauseScheduledPayment'] {
  return (request, call) =>
    context.commands.run(TransactionService.method.pauseScheduledPayment, request, call, {
      prepare: () => readyFor(context, request.scheduledPaymentId),
      decide: async (tx) => {
        const row = await lockAtRest(tx, request.scheduledPaymentId);
        if (row.state !== 'active') throw refuse('SCHEDULED_PAYMENT_NOT_ACTIVE');
        const paused = { ...row, state: 'paused' as const, dueDate: null, runDate: null, attempt: 0 };
        return answered(
          tx,
          context.vault,
          await saveChanged(tx, paused, 'PAUSED', call.principal?.partyId ?? ''),
          call,
        );
      },
    });
}
