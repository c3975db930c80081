import type { Rpcs } from '#chassis/serve.ts';
import { TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { publishPayeeRemoved } from '../events.ts';
import { deletePayee, lockPayees, selectPayee } from '../payee-tables.ts';

/** Removes a payee, at once. */
export function removePayee({ commands }: Context): Rpcs<typeof TransactionService>['removePayee'] {
  return (request, call) =>
    commands.run(TransactionService.method.removePayee, request, call, {
      decide: async (tx) => {
        const customerId = call.principal?.partyId ?? '';
        await tx.query(lockPayees(customerId));
        const [payee] = await tx.query(selectPayee(request.payeeId, customerId));
        if (!payee) throw refuse('PAYEE_NOT_FOUND');
        await tx.execute(deletePayee(payee.id));
        publishPayeeRemoved(tx, payee);
        tx.record({ resourceIds: [payee.id, payee.creditorAccountId], partyId: customerId });
        return {};
      },
    });
}
