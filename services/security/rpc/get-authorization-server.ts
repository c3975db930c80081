import type { Rpcs } from '#chassis/serve.ts';
import type { SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import type { Context } from '../context.ts';

/** Describes the authorization server of partners. */
export function getAuthorizationServer(context: Context): Rpcs<typeof SecurityService>['getAuthorizationServer'] {
  return async ({ issuer }) => ({ metadataJson: await context.authorization.describe(issuer) });
}
