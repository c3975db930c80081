import { sql } from 'kysely';
import type { Rpcs } from '#chassis/serve.ts';
import type { AccountService } from '#gen/bank/account/v1/account_service_pb.ts';
import type { Context } from '../context.ts';

/** Lists the accounts that were set aside, the oldest first. */
export function listSetAsideAccounts({ database }: Context): Rpcs<typeof AccountService>['listSetAsideAccounts'] {
  return async ({ pageSize }) => {
    const rows = await database.query(sql<{
      step: string;
      accountId: string;
      businessDate: string;
      reason: string;
      total: number;
    }>`
      select step, account_id as "accountId", date::text as "businessDate", reason, (count(*) over ())::int as total
      from set_aside order by date, step, account_id limit ${pageSize || 100}
    `);
    return { accounts: rows.map(({ total: _total, ...account }) => account), totalCount: rows[0]?.total ?? 0 };
  };
}
