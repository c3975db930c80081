import type { Rpcs } from '#chassis/serve.ts';
import { RevocationReason } from '#gen/bank/security/v1/security_pb.ts';
import { SecurityService as Contract, type SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import type { Context } from '../context.ts';
import { checkPassword, normalUsername } from '../domain/password.ts';
import { refuse } from '../domain/refusals.ts';
import { passwordChanged } from '../events.ts';
import { nextVersion, proveAgain, stillStand } from '../proofs.ts';
import { hasSecondFactor } from '../second-factor.ts';
import { revokeAll } from '../sessions.ts';
import { setPassword } from '../tables.ts';

/** Changes the password of whoever calls. */
export function changePassword(context: Context): Rpcs<typeof SecurityService>['changePassword'] {
  return (request, call) =>
    context.commands.run(Contract.method.changePassword, request, call, {
      prepare: async () => {
        const { username, password, newPassword } = request;
        const { credential } = await proveAgain(context, call, { password });
        // The name is not kept, only what it hashes to; without it nobody could see that the password is made of it.
        const usernameHash = context.vault.hash('security.username', normalUsername(username));
        if (!credential.usernameHash.equals(usernameHash)) throw refuse('PROOF_REFUSED');
        const isAlone = !(await hasSecondFactor(context, credential.partyId));
        checkPassword(newPassword, { username, words: context.bankWords, isAlone });
        return { credential, passwordHash: await context.passwords.hash(newPassword) };
      },
      decide: async (tx, { credential, passwordHash }) => {
        const { id, partyId } = credential;
        // A second factor that was removed meanwhile is another version.
        if (!(await stillStand(tx, credential))) throw refuse('PROOF_REFUSED');
        await tx.execute(setPassword(id, passwordHash));
        const but = call.principal?.sessionId ?? '';
        await revokeAll(tx, partyId, RevocationReason.PASSWORD_CHANGED, { but });
        passwordChanged(tx, id, partyId, await nextVersion(tx, credential));
        tx.record({ resourceIds: [partyId], partyId: partyId });
        return {};
      },
    });
}
