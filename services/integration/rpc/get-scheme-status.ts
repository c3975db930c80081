import type { Rpcs } from '#chassis/serve.ts';
import type { IntegrationService } from '#gen/bank/integration/v1/integration_service_pb.ts';
import type { Context } from '../context.ts';
import { statusMessage } from '../scheme-status.ts';

/** Says how the connection to the scheme is. */
export function getSchemeStatus(context: Context): Rpcs<typeof IntegrationService>['getSchemeStatus'] {
  return async () => ({ schemeStatus: await statusMessage(context, context.database) });
}
