import type { Rpcs } from '#chassis/serve.ts';
import {
  ListChequeDepositsRequestSchema,
  type TransactionService,
} from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import { selectChequeDeposits } from '../cheque-tables.ts';
import { chequeDepositMessage } from '../cheques.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';

/** Lists the cheques of other banks that were paid in to an account, newest first. */
export function listChequeDeposits(context: Context): Rpcs<typeof TransactionService>['listChequeDeposits'] {
  const { accounts, database, pages, vault } = context;
  return async (request, call) => {
    const { size, after } = pages.read(ListChequeDepositsRequestSchema, request);
    const { accountId } = request;
    if (!(await accounts.seen([accountId], call)).has(accountId)) throw refuse('ACCOUNT_NOT_FOUND');
    const rows = await database.query(selectChequeDeposits(accountId, after?.[0], size + 1));
    const shown = rows.slice(0, size);
    const last = shown.at(-1);
    return {
      chequeDeposits: await Promise.all(shown.map((row) => chequeDepositMessage(vault, row))),
      nextPageToken: rows.length > size && last ? pages.next(ListChequeDepositsRequestSchema, request, [last.id]) : '',
    };
  };
}
