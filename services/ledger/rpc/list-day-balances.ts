import { sql } from 'kysely';
import type { Rpcs } from '#chassis/serve.ts';
import type { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import type { Context } from '../context.ts';
import { requireDay } from '../dates.ts';
import { selectBackValued, selectDayBalances } from '../day-balances.ts';
import { refuse } from '../domain/refusals.ts';
import { balanceMessage } from '../messages.ts';

/** Lists what counts on customers' accounts at the end of a day. */
export function listDayBalances({ database }: Context): Rpcs<typeof LedgerService>['listDayBalances'] {
  return async (request) => {
    const date = requireDay('business_date', request.businessDate);
    const [open] = await database.query(sql<{ date: string }>`
      select date::text from business_day where state = 'open'
    `);
    if (!open || date >= open.date) throw refuse('BUSINESS_DATE_NOT_CLOSING', { state: 'open' });
    const rows = await database.query(selectDayBalances(date, request.afterLedgerAccountId, request.pageSize));
    const byNo = new Map(rows.map((row) => [row.no, row]));
    const moved = await database.query(selectBackValued(date, [...byNo.keys()]));
    return {
      balances: rows.map(({ id, currency, normalSide, balance }) => ({
        ledgerAccountId: id,
        balance: balanceMessage(currency, normalSide, BigInt(balance)),
      })),
      backValued: moved.flatMap(({ no, valueDate, amount }) => {
        const account = byNo.get(no);
        if (!account) return [];
        const { id: ledgerAccountId, currency, normalSide } = account;
        return [{ ledgerAccountId, valueDate, amount: balanceMessage(currency, normalSide, BigInt(amount)) }];
      }),
    };
  };
}
