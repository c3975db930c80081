import type { Rpcs } from '#chassis/serve.ts';
import type { AccountService } from '#gen/bank/account/v1/account_service_pb.ts';
import { accountMessage, readAccount } from '../accounts.ts';
import type { Context } from '../context.ts';

/** Reads an account. */
export function getAccount(context: Context): Rpcs<typeof AccountService>['getAccount'] {
  return async ({ accountId }) => {
    const { row, holders, details } = await readAccount(context, accountId);
    return { account: accountMessage(row, holders, details) };
  };
}
