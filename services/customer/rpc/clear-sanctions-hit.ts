import type { Rpcs } from '#chassis/serve.ts';
import { CustomerService as Contract, type CustomerService } from '#gen/bank/customer/v1/customer_service_pb.ts';
import type { Context } from '../context.ts';
import { decideHit } from '../hits.ts';
import { warmKey } from '../profile.ts';

/** Says of a hit that the customer is somebody else, which another officer has approved. */
export function clearSanctionsHit(context: Context): Rpcs<typeof CustomerService>['clearSanctionsHit'] {
  return (request, call) =>
    context.commands.run(Contract.method.clearSanctionsHit, request, call, {
      prepare: () => warmKey(context, request.customerId),
      decide: async (tx) => ({ hit: await decideHit(context, tx, request, 'CLEARED', call) }),
    });
}
