import { requireDate } from '#chassis/dates.ts';
import type { Rpcs } from '#chassis/serve.ts';
import type { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { LedgerService as Contract } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { report } from '../checklist.ts';
import type { Context } from '../context.ts';

/** Takes a service's report on a step of its own. */
export function reportDayStep({ commands }: Context): Rpcs<typeof LedgerService>['reportDayStep'] {
  return (request, call) => {
    const date = requireDate('business_date', request.businessDate).toString();
    const { step, done, doneCount, setAsideCount } = request;
    return commands.run(Contract.method.reportDayStep, request, call, {
      decide: async (tx) => ({
        step: await report(tx, { date, step, service: call.caller, done, doneCount, setAsideCount }),
      }),
    });
  };
}
