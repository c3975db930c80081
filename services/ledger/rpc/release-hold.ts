import type { Rpcs } from '#chassis/serve.ts';
import type { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import type { Context } from '../context.ts';
import { releasingOf } from '../hold-drafts.ts';
import { askHold } from '../holds-asked.ts';

/** Releases what an open hold still holds. */
export function releaseHold(context: Context): Rpcs<typeof LedgerService>['releaseHold'] {
  const key = context.keys.secret('journal');
  return (request, call) => askHold(context, releasingOf(request, call, key), { ...request, call });
}
