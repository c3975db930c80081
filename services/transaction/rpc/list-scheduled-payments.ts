import type { Rpcs } from '#chassis/serve.ts';
import { ListScheduledPaymentsRequestSchema } from '#gen/bank/transaction/v1/scheduled_payment_pb.ts';
import type { TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import type { Context } from '../context.ts';
import type { ScheduleState } from '../domain/scheduling.ts';
import { scheduleFrom, selectScheduleChanges, selectSchedules } from '../schedule-tables.ts';
import { SCHEDULE_STATES, scheduleMessage } from '../schedules.ts';

/** Lists the scheduled payments of an account, oldest first. */
export function listScheduledPayments({
  database,
  pages,
  vault,
}: Context): Rpcs<typeof TransactionService>['listScheduledPayments'] {
  return async (request, call) => {
    const { size, after } = pages.read(ListScheduledPaymentsRequestSchema, request);
    const state = (Object.keys(SCHEDULE_STATES) as ScheduleState[]).find(
      (word) => SCHEDULE_STATES[word] === request.state,
    );
    const filter = { state, after: after?.[0] ?? '', limit: size + 1 };
    const rows = await database.query(selectSchedules(request.accountId, filter));
    const shown = rows.slice(0, size).map(scheduleFrom);
    const changes = await database.query(selectScheduleChanges(shown.map(({ id }) => id)));
    const byId = Map.groupBy(changes, ({ id }) => id);
    const last = shown.at(-1);
    return {
      scheduledPayments: await Promise.all(
        shown.map((row) => scheduleMessage(vault, row, byId.get(row.id) ?? [], call)),
      ),
      nextPageToken:
        rows.length > size && last ? pages.next(ListScheduledPaymentsRequestSchema, request, [last.id]) : '',
    };
  };
}
