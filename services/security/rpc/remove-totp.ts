import type { Rpcs } from '#chassis/serve.ts';
import { SecurityService as Contract, type SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import type { Context } from '../context.ts';
import { standsAlone } from '../domain/password.ts';
import { refuse } from '../domain/refusals.ts';
import { secondFactorRemoved } from '../events.ts';
import { nextVersion, proveAgain, stillStand } from '../proofs.ts';
import { checkFactorStays, removeSecondFactor, useFactor } from '../second-factor.ts';

/** Removes an authenticator app. */
export function removeTotp(context: Context): Rpcs<typeof SecurityService>['removeTotp'] {
  return (request, call) =>
    context.commands.run(Contract.method.removeTotp, request, call, {
      prepare: () => proveAgain(context, call, request),
      decide: async (tx, { credential, factor }) => {
        const { id, partyId } = credential;
        if (factor.kind === 'none') throw refuse('SECOND_FACTOR_NOT_FOUND');
        if (!standsAlone(request.password)) throw refuse('PASSWORD_UNFIT', { field: 'password' });
        if (!(await stillStand(tx, credential))) throw refuse('PROOF_REFUSED');
        await checkFactorStays(tx, partyId, { app: true });
        if (!(await useFactor(tx, partyId, factor))) throw refuse('PROOF_REFUSED');
        await removeSecondFactor(tx, partyId);
        secondFactorRemoved(tx, id, partyId, await nextVersion(tx, credential));
        tx.record({ resourceIds: [partyId], partyId: partyId });
        return {};
      },
    });
}
