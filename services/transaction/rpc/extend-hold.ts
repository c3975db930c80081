import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { readInstant } from '#chassis/dates.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import type { Context } from '../context.ts';
import { holdChange } from '../hold-changes.ts';
import { actorOfJournal } from '../journal-messages.ts';

/** Lets a hold expire later. */
export function extendHold(context: Context): Rpcs<typeof TransactionService>['extendHold'] {
  const change = holdChange(context, TransactionService.method.extendHold, {
    side: 'debtor',
    ask({ holdId, key: requestId, expireTime }, { validateOnly, deadline, call }) {
      const asked = { requestId, holdId, expireTime: timestampFromMs(expireTime ?? 0), ...actorOfJournal(call) };
      return context.ledger.extendHold(asked, { validateOnly, deadline, trace: call.trace });
    },
  });
  return async (request, call) => change(request, call, readInstant('expire_time', request.expireTime));
}
