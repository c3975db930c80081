import { requireDate } from '#chassis/dates.ts';
import type { Rpcs } from '#chassis/serve.ts';
import type { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { LedgerService as Contract } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import type { Context } from '../context.ts';
import { advance } from '../days.ts';

/** Opens the next business day and puts this one in CLOSING. */
export function advanceBusinessDate(context: Context): Rpcs<typeof LedgerService>['advanceBusinessDate'] {
  return (request, call) => {
    const openDate = requireDate('open_date', request.openDate).toString();
    return context.commands.run(Contract.method.advanceBusinessDate, request, call, {
      decide: (tx) => advance(tx, openDate),
    });
  };
}
