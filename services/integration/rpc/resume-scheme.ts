import type { Rpcs } from '#chassis/serve.ts';
import {
  IntegrationService as Contract,
  type IntegrationService,
} from '#gen/bank/integration/v1/integration_service_pb.ts';
import type { Context } from '../context.ts';
import { turn } from '../scheme-status.ts';

/** Puts the scheme back into service. */
export function resumeScheme(context: Context): Rpcs<typeof IntegrationService>['resumeScheme'] {
  return (request, call) =>
    context.commands.run(Contract.method.resumeScheme, request, call, {
      decide: (tx) => turn(context, tx, call, false, ''),
    });
}
