import type { Rpcs } from '#chassis/serve.ts';
import { SecurityService as Contract, type SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { passkeyRemoved } from '../events.ts';
import { deletePasskey, lockPasskey } from '../passkey-tables.ts';
import { nextVersion, proveAgain, stillStand } from '../proofs.ts';
import { checkFactorStays } from '../second-factor.ts';

/** Removes a passkey of whoever calls. */
export function removePasskey(context: Context): Rpcs<typeof SecurityService>['removePasskey'] {
  return (request, call) =>
    context.commands.run(Contract.method.removePasskey, request, call, {
      prepare: () => proveAgain(context, call, { password: request.password }),
      decide: async (tx, { credential }) => {
        const { id, partyId } = credential;
        if (!(await stillStand(tx, credential))) throw refuse('PROOF_REFUSED');
        const [passkey] = await tx.query(lockPasskey(request.passkeyId));
        if (passkey?.partyId !== partyId) throw refuse('PASSKEY_NOT_FOUND');
        await checkFactorStays(tx, partyId, { passkeyId: passkey.id });
        await tx.execute(deletePasskey(passkey.id));
        passkeyRemoved(tx, id, partyId, await nextVersion(tx, credential));
        tx.record({ resourceIds: [partyId], partyId });
        return {};
      },
    });
}
