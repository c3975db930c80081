import type { Rpcs } from '#chassis/serve.ts';
import {
  IntegrationService as Contract,
  type IntegrationService,
} from '#gen/bank/integration/v1/integration_service_pb.ts';
import type { Context } from '../context.ts';
import { turn } from '../scheme-status.ts';

/** Takes the scheme out of service. */
export function suspendScheme(context: Context): Rpcs<typeof IntegrationService>['suspendScheme'] {
  return (request, call) =>
    context.commands.run(Contract.method.suspendScheme, request, call, {
      decide: (tx) => turn(context, tx, call, true, request.reason),
    });
}
