import type { Rpcs } from '#chassis/serve.ts';
import type { TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { selectTills } from '../till-tables.ts';
import { tillMessage } from '../tills.ts';

/** Reads a till. */
export function getTill({ database }: Context): Rpcs<typeof TransactionService>['getTill'] {
  return async ({ tillId }) => {
    const [till] = await database.query(selectTills([tillId]));
    if (!till) throw refuse('TILL_NOT_FOUND');
    return { till: tillMessage(till) };
  };
}
