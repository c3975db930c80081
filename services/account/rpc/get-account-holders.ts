import type { Rpcs } from '#chassis/serve.ts';
import type { AccountService } from '#gen/bank/account/v1/account_service_pb.ts';
import type { Context } from '../context.ts';
import { selectHolders } from '../tables.ts';

/** Reads who holds accounts, owners and disponents. */
export function getAccountHolders({ database }: Context): Rpcs<typeof AccountService>['getAccountHolders'] {
  return async ({ accountIds }) => {
    const rows = await database.query(selectHolders([...new Set(accountIds)]));
    return {
      accounts: [...Map.groupBy(rows, ({ accountId }) => accountId)].map(([accountId, holders]) => ({
        accountId,
        customerIds: holders.map(({ customerId }) => customerId),
      })),
    };
  };
}
