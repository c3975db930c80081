import type { Rpcs } from '#chassis/serve.ts';
import { CustomerService as Contract, type CustomerService } from '#gen/bank/customer/v1/customer_service_pb.ts';
import type { Context } from '../context.ts';
import { warmKey } from '../profile.ts';
import { writeRelation } from '../relations.ts';

/** Writes down that one customer may act for another, which somebody else has approved. */
export function grantRepresentation(context: Context): Rpcs<typeof CustomerService>['grantRepresentation'] {
  return (request, call) =>
    context.commands.run(Contract.method.grantRepresentation, request, call, {
      prepare: () => warmKey(context, request.customerId),
      decide: async (tx) => ({ relation: await writeRelation(context, tx, { ...request, share: '' }, call) }),
    });
}
