import type { Call } from '#chassis/call-context.ts';
import type { Rpcs } from '#chassis/serve.ts';
import type { ResumeScheduledPaymentRequest } from '#gen/bank/transaction/v1/scheduled_payment_pb.ts';
import { TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { nextDue } from '../domain/scheduling.ts';
import type { ScheduleRow } from '../schedule-tables.ts';
import { answered, authoriseSchedule, lastDayOf, lockAtRest, readyFor, saveChanged } from '../schedules.ts';

/** Has a scheduled payment paid again. */
export function resumeScheduledPayment(context: Context): Rpcs<typeof TransactionService>['resumeScheduledPayment'] {
  return (request, call) =>
    context.commands.run(TransactionService.method.resumeScheduledPayment, request, call, {
      prepare: () => prepare(context, request, call),
      decide: async (tx, resumed) => {
        const row = await lockAtRest(tx, resumed.id);
        if (row.state !== 'paused') throw refuse('SCHEDULED_PAYMENT_NOT_PAUSED');
        if (row.revision !== resumed.revision) throw refuse('SCHEDULED_PAYMENT_BUSY');
        const saved = await saveChanged(tx, resumed, 'RESUMED', call.principal?.partyId ?? '');
        return answered(tx, context.vault, saved, call);
      },
    });
}

/** What it is once it is resumed. Days that have passed are over: where no other comes, so is it. */
async function prepare(context: Context, request: ResumeScheduledPaymentRequest, call: Call): Promise<ScheduleRow> {
  const row = await readyFor(context, request.scheduledPaymentId);
  if (row.state !== 'paused') throw refuse('SCHEDULED_PAYMENT_NOT_PAUSED');
  const { debtorAccountId, creditorAccountId, currency, amount, sweeps } = row;
  const creditor = { case: 'creditorAccountId' as const, value: creditorAccountId ?? '' };
  const { requestId, validateOnly } = request;
  const asked = { requestId, validateOnly, debtorAccountId, creditor, currency, amount, sweeps };
  const { proved, actor } = await authoriseSchedule(context, asked, call);
  const due = await nextDue(row, await lastDayOf(context, row), context.holidays);
  const state = due ? 'active' : 'completed';
  return { ...row, proved, actor, state, dueDate: due?.dueDate ?? null, runDate: due?.runDate ?? null };
}
