import type { Rpcs } from '#chassis/serve.ts';
import { ListPayeesRequestSchema, type TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import type { Context } from '../context.ts';
import { selectPayees } from '../payee-tables.ts';
import { payeeMessage } from '../payees.ts';

/** Lists the payees of a customer, newest first. */
export function listPayees({ database, pages, vault }: Context): Rpcs<typeof TransactionService>['listPayees'] {
  return async (request, { principal }) => {
    const { size, after } = pages.read(ListPayeesRequestSchema, request);
    const rows = await database.query(selectPayees(principal?.partyId ?? '', after?.[0], size + 1));
    const shown = rows.slice(0, size);
    const last = shown.at(-1);
    return {
      payees: await Promise.all(shown.map((row) => payeeMessage(vault, row))),
      nextPageToken: rows.length > size && last ? pages.next(ListPayeesRequestSchema, request, [last.id]) : '',
    };
  };
}
