import { requireDate } from '#chassis/dates.ts';
import type { Rpcs } from '#chassis/serve.ts';
import type { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { LedgerService as Contract } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { takeOwnSteps } from '../checklist.ts';
import type { Context } from '../context.ts';
import { advance } from '../days.ts';

/** Opens the next business day and puts this one in CLOSING. */
export function advanceBusinessDate(context: Context): Rpcs<typeof LedgerService>['advanceBusinessDate'] {
  return async (request, call) => {
    const openDate = requireDate('open_date', request.openDate).toString();
    const turned = await context.commands.run(Contract.method.advanceBusinessDate, request, call, {
      decide: (tx) => advance(tx, openDate),
    });
    // Whoever is killed before it leaves it to the day's timer, or to who closes the day.
    if (!request.validateOnly) await takeOwnSteps(context, openDate);
    return turned;
  };
}
