import type { Rpcs } from '#chassis/serve.ts';
import type { TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import type { Context } from '../context.ts';
import { selectScheduleChanges } from '../schedule-tables.ts';
import { readSchedule, scheduleMessage } from '../schedules.ts';

/** Reads a scheduled payment. */
export function getScheduledPayment({
  database,
  vault,
}: Context): Rpcs<typeof TransactionService>['getScheduledPayment'] {
  return async ({ scheduledPaymentId }, call) => {
    const row = await readSchedule(database, scheduledPaymentId);
    const changes = await database.query(selectScheduleChanges([row.id]));
    return { scheduledPayment: await scheduleMessage(vault, row, changes, call) };
  };
}
