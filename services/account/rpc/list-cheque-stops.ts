import type { Rpcs } from '#chassis/serve.ts';
import { type AccountService, ListChequeStopsRequestSchema } from '#gen/bank/account/v1/account_service_pb.ts';
import { readRow } from '../accounts.ts';
import { selectStops } from '../cheque-tables.ts';
import { stopMessage } from '../cheques.ts';
import type { Context } from '../context.ts';

/** Lists the stops of an account's cheques, newest first. */
export function listChequeStops({ database, pages }: Context): Rpcs<typeof AccountService>['listChequeStops'] {
  return async (request) => {
    const { size, after } = pages.read(ListChequeStopsRequestSchema, request);
    await readRow(database, request.accountId);
    const rows = await database.query(selectStops(request.accountId, after?.[0], size + 1));
    const shown = rows.slice(0, size);
    const last = shown.at(-1);
    return {
      chequeStops: shown.map(stopMessage),
      nextPageToken: rows.length > size && last ? pages.next(ListChequeStopsRequestSchema, request, [last.id]) : '',
    };
  };
}
