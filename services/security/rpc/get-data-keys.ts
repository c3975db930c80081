import type { Rpcs } from '#chassis/serve.ts';
import { DataKeyState } from '#gen/bank/security/v1/data_key_pb.ts';
import type { SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import type { Context } from '../context.ts';
import { KEY_VERSION } from '../data-keys.ts';

/** Answers the data keys of parties to a service that seals. */
export function getDataKeys({ dataKeys }: Context): Rpcs<typeof SecurityService>['getDataKeys'] {
  return async ({ partyIds, validateOnly }) => {
    const found = await dataKeys.get(partyIds, !validateOnly);
    return {
      dataKeys: found.map((one, index) => {
        const partyId = partyIds[index] ?? '';
        if (one.state === 'active') {
          return { partyId, state: DataKeyState.ACTIVE, keyVersion: KEY_VERSION, key: one.key };
        }
        return { partyId, state: one.state === 'destroyed' ? DataKeyState.DESTROYED : DataKeyState.NONE };
      }),
    };
  };
}
