import type { Rpcs } from '#chassis/serve.ts';
import type { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { closingSteps } from '../closing.ts';
import type { Context } from '../context.ts';
import { requireDay } from '../dates.ts';

/** Closes a period and takes its result to retained earnings. */
export function closePeriod(context: Context): Rpcs<typeof LedgerService>['closePeriod'] {
  const order = context.orders.define(closingSteps(context));
  return (request, call) => {
    const endDate = requireDay('end_date', request.endDate);
    return order.run(request, call, async () => ({ endDate }));
  };
}
