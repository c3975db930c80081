import { requireDate } from '#chassis/dates.ts';
import type { Rpcs } from '#chassis/serve.ts';
import type { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { LedgerService as Contract } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { takeOwnSteps } from '../checklist.ts';
import type { Context } from '../context.ts';
import { close } from '../days.ts';

/** Ends a business day that is in CLOSING. */
export function closeBusinessDate(context: Context): Rpcs<typeof LedgerService>['closeBusinessDate'] {
  return async (request, call) => {
    const closingDate = requireDate('closing_date', request.closingDate).toString();
    if (!request.validateOnly) await takeOwnSteps(context, closingDate);
    return context.commands.run(Contract.method.closeBusinessDate, request, call, {
      decide: (tx) => close(tx, closingDate),
    });
  };
}
