import type { Rpcs } from '#chassis/serve.ts';
import { type AccountService, ListChequeExceptionsRequestSchema } from '#gen/bank/account/v1/account_service_pb.ts';
import { readRow } from '../accounts.ts';
import { exceptionMessage, selectExceptions } from '../cheque-exceptions.ts';
import type { Context } from '../context.ts';

/** Lists cheques of an account that are not as their issuer has told, newest first. */
export function listChequeExceptions({
  database,
  pages,
}: Context): Rpcs<typeof AccountService>['listChequeExceptions'] {
  return async (request) => {
    const { size, after } = pages.read(ListChequeExceptionsRequestSchema, request);
    await readRow(database, request.accountId);
    const rows = await database.query(selectExceptions(request.accountId, after?.[0], size + 1));
    const shown = rows.slice(0, size);
    const last = shown.at(-1);
    return {
      chequeExceptions: shown.map(exceptionMessage),
      nextPageToken:
        rows.length > size && last ? pages.next(ListChequeExceptionsRequestSchema, request, [last.id]) : '',
    };
  };
}
