import { sql } from 'kysely';
import type { Rpcs } from '#chassis/serve.ts';
import type { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import type { Context } from '../context.ts';
import { requireDay } from '../dates.ts';
import { selectMoved } from '../day-balances.ts';
import { refuse } from '../domain/refusals.ts';

/** Lists customers' accounts that who holds them moved something of on a day. */
export function listMovedAccounts({ database }: Context): Rpcs<typeof LedgerService>['listMovedAccounts'] {
  return async (request) => {
    const date = requireDay('business_date', request.businessDate);
    const [open] = await database.query(sql<{ date: string }>`
      select date::text from business_day where state = 'open'
    `);
    if (!open || date >= open.date) throw refuse('BUSINESS_DATE_NOT_CLOSING', { state: 'open' });
    const rows = await database.query(selectMoved(date, request.afterLedgerAccountId, request.pageSize));
    return { ledgerAccountIds: rows.map(({ id }) => id) };
  };
}
