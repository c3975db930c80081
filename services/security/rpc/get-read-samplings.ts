import type { Rpcs } from '#chassis/serve.ts';
import type { SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import type { Context } from '../context.ts';
import { readPolicyInForce } from '../reads.ts';

/** Says of which reads how many are to be recorded. */
export function getReadSamplings({ database }: Context): Rpcs<typeof SecurityService>['getReadSamplings'] {
  return async () => {
    const { policy, version } = await readPolicyInForce(database);
    return { version, ...(policy && { policy }) };
  };
}
