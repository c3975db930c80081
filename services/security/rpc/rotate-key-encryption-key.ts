import type { Rpcs } from '#chassis/serve.ts';
import { SecurityService as Contract, type SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { insertRotation, type RotationRow, selectRotation } from '../key-tables.ts';
import { rotationMessage } from '../rotation.ts';

/** Begins a rotation of the key-encryption key; what follows is done in the background. */
export function rotateKeyEncryptionKey(context: Context): Rpcs<typeof SecurityService>['rotateKeyEncryptionKey'] {
  return (request, call) =>
    context.commands.run(Contract.method.rotateKeyEncryptionKey, request, call, {
      decide: async (tx) => {
        const [before] = await tx.query(selectRotation());
        if (before && before.state !== 'done') throw refuse('KEY_ROTATION_UNDER_WAY');
        const number = (before?.number ?? 0) + 1;
        await tx.execute(insertRotation(number, context.now()));
        tx.record({ resourceIds: [`key_rotation/${number}`], partyId: call.principal?.partyId ?? '' });
        const [planned] = await tx.query(selectRotation(number));
        return { rotation: rotationMessage(planned as RotationRow) };
      },
    });
}
