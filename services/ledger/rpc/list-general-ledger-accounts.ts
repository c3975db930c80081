import { sql } from 'kysely';
import type { Rpcs } from '#chassis/serve.ts';
import { GeneralLedgerType } from '#gen/bank/ledger/v1/ledger_pb.ts';
import type { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import type { Context } from '../context.ts';

interface Row {
  generalLedgerCode: string;
  displayName: string;
  type: string;
}

/** Lists the chart of accounts. */
export function listGeneralLedgerAccounts({
  database,
}: Context): Rpcs<typeof LedgerService>['listGeneralLedgerAccounts'] {
  return async () => {
    const rows = await database.query(sql<Row>`
      select code as "generalLedgerCode", display_name as "displayName", type from general_ledger_account order by code
    `);
    return {
      generalLedgerAccounts: rows.map(({ type, ...row }) => ({
        ...row,
        type: GeneralLedgerType[type.toUpperCase() as keyof typeof GeneralLedgerType],
      })),
    };
  };
}
