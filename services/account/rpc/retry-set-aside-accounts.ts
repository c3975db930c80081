import { sql } from 'kysely';
import type { Rpcs } from '#chassis/serve.ts';
import { type AccountService, AccountService as Contract } from '#gen/bank/account/v1/account_service_pb.ts';
import type { Context } from '../context.ts';

/** Has the accounts that were set aside tried again, by whichever process comes by next. */
export function retrySetAsideAccounts({ commands }: Context): Rpcs<typeof AccountService>['retrySetAsideAccounts'] {
  return (request, call) =>
    commands.run(Contract.method.retrySetAsideAccounts, request, call, {
      decide: async (tx) => {
        const [row] = await tx.query(sql<{ count: number }>`select count(*)::int as count from set_aside`);
        await tx.execute(sql`update set_aside set retry = true`);
        return { accountCount: row?.count ?? 0 };
      },
    });
}
