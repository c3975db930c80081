import type { Rpcs } from '#chassis/serve.ts';
import { SecurityService as Contract, type SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { passkeyAdded } from '../events.ts';
import { insertPasskey, lockPasskey, selectPasskeys } from '../passkey-tables.ts';
import { madePasskey, useUp, wasUsed } from '../passkeys.ts';
import { nextVersion, proveAgain, stillStand } from '../proofs.ts';
import { useFactor } from '../second-factor.ts';
import { lockHash } from '../tables.ts';

const MOST = 20;

/** Registers a passkey that was made. */
export function registerPasskey(context: Context): Rpcs<typeof SecurityService>['registerPasskey'] {
  return (request, call) =>
    context.commands.run(Contract.method.registerPasskey, request, call, {
      prepare: async () => {
        const { password, secondFactorCode: code, responseJson } = request;
        const proved = await proveAgain(context, call, { password, code });
        const made = await madePasskey(context, proved.credential.partyId, responseJson);
        if (!made) throw refuse('PASSKEY_REFUSED');
        return { ...proved, made };
      },
      decide: async (tx, { credential, factor, made }) => {
        const { partyId } = credential;
        if (!(await stillStand(tx, credential))) throw refuse('PROOF_REFUSED');
        if (await wasUsed(tx, made)) throw refuse('PASSKEY_REFUSED');
        await tx.query(lockHash(context.vault.hash('security.passkey', made.id)));
        const [there] = await tx.query(lockPasskey(made.id));
        if (there) throw refuse('PASSKEY_EXISTS');
        if ((await tx.query(selectPasskeys(partyId))).length >= MOST) throw refuse('PASSKEY_LIMIT');
        if (!(await useFactor(tx, partyId, factor))) throw refuse('PROOF_REFUSED');
        await useUp(context, tx, made);
        await tx.execute(insertPasskey({ ...made, partyId, now: context.now() }));
        passkeyAdded(tx, credential.id, partyId, await nextVersion(tx, credential));
        tx.record({ resourceIds: [partyId], partyId });
        return { passkeyId: made.id };
      },
    });
}
