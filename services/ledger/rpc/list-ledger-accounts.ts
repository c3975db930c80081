import type { Rpcs } from '#chassis/serve.ts';
import type { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { ListLedgerAccountsRequestSchema } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import type { Context } from '../context.ts';
import { accountMessage } from '../messages.ts';
import { selectStripes } from '../stripes.ts';
import { LedgerAccountRow } from '../tables.ts';

/** Lists ledger accounts in the order in which they were opened. */
export function listLedgerAccounts({ database, pages }: Context): Rpcs<typeof LedgerService>['listLedgerAccounts'] {
  return async (request) => {
    const { size, after } = pages.read(ListLedgerAccountsRequestSchema, request);
    const rows = await database.orm.em
      .fork()
      .find(
        LedgerAccountRow,
        { no: { $gt: BigInt(after?.[0] ?? 0) }, stripe: 0n },
        { orderBy: { no: 'asc' }, limit: size + 1 },
      );
    const page = rows.slice(0, size);
    const last = page.at(-1);
    const ids = page.flatMap(({ id, striped }) => (striped ? [id] : []));
    const stripes = await selectStripes(database, ids, 'as they are');
    return {
      ledgerAccounts: page.map((row) => accountMessage(row, stripes.get(row.id))),
      nextPageToken:
        rows.length > size && last ? pages.next(ListLedgerAccountsRequestSchema, request, [String(last.no)]) : '',
    };
  };
}
