import type { Rpcs } from '#chassis/serve.ts';
import {
  ListPayeeConfirmationsRequestSchema,
  type TransactionService,
} from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import type { Context } from '../context.ts';
import { selectConfirmations, selectConfirmed } from '../payee-tables.ts';
import { confirmationMessage } from '../payees.ts';

/** Lists what a customer had asked about payees, newest first. */
export function listPayeeConfirmations({
  database,
  pages,
  vault,
}: Context): Rpcs<typeof TransactionService>['listPayeeConfirmations'] {
  return async (request, { principal }) => {
    const { size, after } = pages.read(ListPayeeConfirmationsRequestSchema, request);
    const rows = await database.query(selectConfirmations(principal?.partyId ?? '', after?.[0], size + 1));
    const shown = rows.slice(0, size);
    const last = shown.at(-1);
    const used = shown.length === 0 ? [] : await database.query(selectConfirmed(shown.map(({ id }) => id)));
    const usedBy = Map.groupBy(used, ({ confirmationId }) => confirmationId);
    const transactionsOf = (id: string) => (usedBy.get(id) ?? []).map(({ transactionId }) => transactionId);
    return {
      payeeConfirmations: await Promise.all(
        shown.map((row) => confirmationMessage(vault, row, transactionsOf(row.id))),
      ),
      nextPageToken:
        rows.length > size && last ? pages.next(ListPayeeConfirmationsRequestSchema, request, [last.id]) : '',
    };
  };
}
