import type { Rpcs } from '#chassis/serve.ts';
import type { AccountService } from '#gen/bank/account/v1/account_service_pb.ts';
import { visibleTo } from '../access.ts';
import type { Context } from '../context.ts';

/** Answers those of the accounts that somebody may see. */
export function checkAccountAccess(context: Context): Rpcs<typeof AccountService>['checkAccountAccess'] {
  return async (request) => {
    const visible = await visibleTo(context, request);
    return { accountIds: [...new Set(request.accountIds)].filter((id) => visible.has(id)) };
  };
}
