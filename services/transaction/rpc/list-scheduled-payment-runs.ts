import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { toMoney } from '#chassis/money.ts';
import type { Rpcs } from '#chassis/serve.ts';
import {
  ListScheduledPaymentRunsRequestSchema,
  ScheduledPaymentRunState as RunState,
} from '#gen/bank/transaction/v1/scheduled_payment_pb.ts';
import type { TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import type { Context } from '../context.ts';
import { type RunRow, selectRuns } from '../schedule-tables.ts';

const ON_ITS_WAY = ['pending', 'awaiting_signatures', 'under_review'];

/** Lists what became of a scheduled payment on its days. */
export function listScheduledPaymentRuns({
  database,
  pages,
}: Context): Rpcs<typeof TransactionService>['listScheduledPaymentRuns'] {
  return async (request) => {
    const { size, after } = pages.read(ListScheduledPaymentRunsRequestSchema, request);
    const [day = '', attempt = ''] = after ?? [];
    const position = after ? ([day, Number(attempt)] as const) : undefined;
    const rows = await database.query(selectRuns(request.scheduledPaymentId, position, size + 1));
    const shown = rows.slice(0, size);
    const last = shown.at(-1);
    const next = last && [last.dueDate, String(last.attempt)];
    return {
      runs: shown.map(runMessage),
      nextPageToken: rows.length > size && next ? pages.next(ListScheduledPaymentRunsRequestSchema, request, next) : '',
    };
  };
}

function runMessage(row: RunRow) {
  const { dueDate, attempt, runDate, amount, currency, transactionId, reason, transactionReason, createTime } = row;
  return {
    dueDate,
    attempt,
    runDate,
    state: stateOf(row),
    ...(amount !== null && { amount: toMoney({ currency, minor: BigInt(amount) }) }),
    transactionId: transactionId ?? '',
    reason: transactionReason ?? reason,
    createTime: timestampFromMs(createTime),
  };
}

/** What is ordered, its transaction says what became of. */
function stateOf({ outcome, transactionState }: RunRow): RunState {
  if (outcome === 'skipped') return RunState.SKIPPED;
  if (outcome === 'refused' || transactionState === 'refused') return RunState.REFUSED;
  return ON_ITS_WAY.includes(transactionState ?? 'pending') ? RunState.PENDING : RunState.PAID;
}
