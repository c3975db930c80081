import type { Rpcs } from '#chassis/serve.ts';
import { TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import type { Context } from '../context.ts';
import { holdChange } from '../hold-changes.ts';
import { actorOfJournal } from '../journal-messages.ts';

/** Lets go what a hold still keeps. */
export function releaseHold(context: Context): Rpcs<typeof TransactionService>['releaseHold'] {
  const change = holdChange(context, TransactionService.method.releaseHold, {
    side: 'creditor',
    ask({ holdId, key: requestId }, { validateOnly, deadline, call }) {
      const asked = { requestId, holdId, ...actorOfJournal(call) };
      return context.ledger.releaseHold(asked, { validateOnly, deadline, trace: call.trace });
    },
  });
  return (request, call) => change(request, call, null);
}
