import type { Rpcs } from '#chassis/serve.ts';
import type { SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import type { Context } from '../context.ts';

/** Tells the keys that verify tokens. */
export function getSigningKeys({ signing }: Context): Rpcs<typeof SecurityService>['getSigningKeys'] {
  return async () => ({ keys: await signing.published() });
}
