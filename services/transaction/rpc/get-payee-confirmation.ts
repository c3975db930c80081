import type { Rpcs } from '#chassis/serve.ts';
import { Audience } from '#gen/bank/options/v1/options_pb.ts';
import type { TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { selectConfirmationOf } from '../payee-tables.ts';
import { confirmationMessage } from '../payees.ts';

/** Reads what the payer of a transaction had asked about its payee. */
export function getPayeeConfirmation({
  database,
  vault,
}: Context): Rpcs<typeof TransactionService>['getPayeeConfirmation'] {
  return async ({ transactionId }, { principal }) => {
    const [row] = await database.query(selectConfirmationOf(transactionId));
    // Who was paid has nothing to do with it.
    const isSeen = principal?.audience === Audience.STAFF || row?.customerId === principal?.partyId;
    if (!row || !isSeen) throw refuse('PAYEE_CONFIRMATION_NOT_FOUND');
    return { payeeConfirmation: await confirmationMessage(vault, row, [transactionId]) };
  };
}
