import type { Rpcs } from '#chassis/serve.ts';
import { SecurityService as Contract, type SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import { callerOf } from '../approvals.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { trustedPayeeRemoved } from '../events.ts';
import { deleteTrustedPayee, lockTrustedPayees, selectTrustedPayees } from '../payee-tables.ts';

/** Trusts a payee no longer. */
export function removeTrustedPayee(context: Context): Rpcs<typeof SecurityService>['removeTrustedPayee'] {
  return (request, call) =>
    context.commands.run(Contract.method.removeTrustedPayee, request, call, {
      decide: async (tx) => {
        const { partyId } = callerOf(call);
        await tx.query(lockTrustedPayees(partyId));
        const payees = await tx.query(selectTrustedPayees(partyId));
        const payee = payees.find(({ id }) => id === request.trustedPayeeId);
        if (!payee) throw refuse('TRUSTED_PAYEE_NOT_FOUND');
        await tx.execute(deleteTrustedPayee(payee.id));
        trustedPayeeRemoved(tx, partyId, payee);
        tx.record({ resourceIds: [payee.id, payee.accountId], partyId });
        return {};
      },
    });
}
