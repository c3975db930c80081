import type { Rpcs } from '#chassis/serve.ts';
import { type AccountService, ListChequesRequestSchema } from '#gen/bank/account/v1/account_service_pb.ts';
import { readRow } from '../accounts.ts';
import { selectCheques } from '../cheque-tables.ts';
import { chequeMessage } from '../cheques.ts';
import type { Context } from '../context.ts';

/** Lists the cheques of an account, by their numbers. */
export function listCheques({ clock, database, pages }: Context): Rpcs<typeof AccountService>['listCheques'] {
  return async (request) => {
    const { accountId } = request;
    const { size, after } = pages.read(ListChequesRequestSchema, request);
    const { currency } = await readRow(database, accountId);
    const { openDate } = await clock.read();
    const number = Number(after?.[0] ?? 0);
    const rows = await database.query(selectCheques(accountId, openDate.toString(), number, size + 1));
    const shown = rows.slice(0, size);
    const last = shown.at(-1);
    return {
      cheques: shown.map((row) => chequeMessage(row, currency)),
      nextPageToken:
        rows.length > size && last ? pages.next(ListChequesRequestSchema, request, [String(last.number)]) : '',
    };
  };
}
