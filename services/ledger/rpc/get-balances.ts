import { sql } from 'kysely';
import { toMoney } from '#chassis/money.ts';
import type { Rpcs } from '#chassis/serve.ts';
import type { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import type { Context } from '../context.ts';

interface Row {
  id: string;
  currency: string;
  normalSide: 'debit' | 'credit';
  floor: string | null;
  balance: string;
  version: string;
}

/** Reads the balances of many ledger accounts, in the order asked for. */
export function getBalances({ database }: Context): Rpcs<typeof LedgerService>['getBalances'] {
  return async ({ ledgerAccountIds }) => {
    const rows = await database.query(sql<Row>`
      select id, currency, normal_side as "normalSide", floor, balance, version
      from ledger_account where id = any(${ledgerAccountIds})
    `);
    const byId = new Map(rows.map((row) => [row.id, row]));
    return {
      balances: ledgerAccountIds.flatMap((id) => {
        const row = byId.get(id);
        return row ? [balanceOf(row)] : [];
      }),
    };
  };
}

function balanceOf({ id, currency, normalSide, floor, balance, version }: Row) {
  const booked = normalSide === 'debit' ? BigInt(balance) : -BigInt(balance);
  return {
    ledgerAccountId: id,
    booked: toMoney({ currency, minor: booked }),
    ...(floor !== null && { available: toMoney({ currency, minor: booked - BigInt(floor) }) }),
    version: BigInt(version),
  };
}
