import { outcomesOf } from '#chassis/item-outcomes.ts';
import type { Rpcs } from '#chassis/serve.ts';
import type { AccountService } from '#gen/bank/account/v1/account_service_pb.ts';
import type { Context } from '../context.ts';
import { openAccount } from './open-account.ts';

/** Opens many accounts at once, each by a command of its own. */
export function batchOpenAccounts(context: Context): Rpcs<typeof AccountService>['batchOpenAccounts'] {
  const open = openAccount(context);
  return async (request, call) => ({
    outcomes: await outcomesOf(request.accounts, request, async (one) => ({
      account: (await open(one, call)).account,
    })),
  });
}
