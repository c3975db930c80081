import type { Rpcs } from '#chassis/serve.ts';
import type { SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { selectRotation } from '../key-tables.ts';
import { rotationMessage } from '../rotation.ts';

/** Tells how far a rotation of the key-encryption key is. */
export function getKeyRotation({ database }: Context): Rpcs<typeof SecurityService>['getKeyRotation'] {
  return async ({ rotationNumber }) => {
    const [rotation] = await database.query(selectRotation(rotationNumber || undefined));
    if (!rotation) throw refuse('KEY_ROTATION_NOT_FOUND');
    return { rotation: rotationMessage(rotation) };
  };
}
