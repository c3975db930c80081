import type { Rpcs } from '#chassis/serve.ts';
import { type AccountService, ListPotsRequestSchema } from '#gen/bank/account/v1/account_service_pb.ts';
import { readRow } from '../accounts.ts';
import type { Context } from '../context.ts';
import { selectPots } from '../pot-tables.ts';
import { balancesOfPots } from '../pots.ts';

/** Lists the pots of an account with what is in them, oldest first. */
export function listPots(context: Context): Rpcs<typeof AccountService>['listPots'] {
  const { database, pages } = context;
  return async (request, call) => {
    const { size, after } = pages.read(ListPotsRequestSchema, request);
    const { currency } = await readRow(database, request.accountId);
    const rows = await database.query(selectPots(request.accountId, after?.[0] ?? '', size + 1));
    const shown = rows.slice(0, size);
    const last = shown.at(-1);
    return {
      pots: await balancesOfPots(context, shown, currency, call),
      nextPageToken: rows.length > size && last ? pages.next(ListPotsRequestSchema, request, [last.id]) : '',
    };
  };
}
