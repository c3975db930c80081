import type { Rpcs } from '#chassis/serve.ts';
import { CustomerService as Contract, type CustomerService } from '#gen/bank/customer/v1/customer_service_pb.ts';
import type { Context } from '../context.ts';
import { decideHit } from '../hits.ts';
import { warmKey } from '../profile.ts';

/** Says of a hit that it is the customer. */
export function confirmSanctionsHit(context: Context): Rpcs<typeof CustomerService>['confirmSanctionsHit'] {
  return (request, call) =>
    context.commands.run(Contract.method.confirmSanctionsHit, request, call, {
      prepare: () => warmKey(context, request.customerId),
      decide: async (tx) => ({ hit: await decideHit(context, tx, request, 'CONFIRMED', call) }),
    });
}
