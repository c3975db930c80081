import type { Rpcs } from '#chassis/serve.ts';
import type { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import type { Context } from '../context.ts';
import { extendingOf } from '../hold-drafts.ts';
import { askHold } from '../holds-asked.ts';

/** Lets an open hold expire later. */
export function extendHold(context: Context): Rpcs<typeof LedgerService>['extendHold'] {
  const key = context.keys.secret('journal');
  return (request, call) => askHold(context, extendingOf(request, call, key), { ...request, call });
}
