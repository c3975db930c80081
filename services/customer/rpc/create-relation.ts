import type { Rpcs } from '#chassis/serve.ts';
import { CustomerService as Contract, type CustomerService } from '#gen/bank/customer/v1/customer_service_pb.ts';
import type { Context } from '../context.ts';
import { warmKey } from '../profile.ts';
import { writeRelation } from '../relations.ts';

/** Writes down how two customers stand to each other, where that gives no rights. */
export function createRelation(context: Context): Rpcs<typeof CustomerService>['createRelation'] {
  return (request, call) =>
    context.commands.run(Contract.method.createRelation, request, call, {
      prepare: () => warmKey(context, request.customerId),
      decide: async (tx) => ({ relation: await writeRelation(context, tx, request, call) }),
    });
}
