import type { Rpcs } from '#chassis/serve.ts';
import { CustomerService as Contract, type CustomerService } from '#gen/bank/customer/v1/customer_service_pb.ts';
import type { Context } from '../context.ts';
import { assigned } from '../domain/service-requests.ts';
import { loadRequest, moveRequest, warmRequest } from '../service-requests.ts';

/** Gives a request to a member of staff, or to nobody. */
export function assignServiceRequest(context: Context): Rpcs<typeof CustomerService>['assignServiceRequest'] {
  return (request, call) =>
    context.commands.run(Contract.method.assignServiceRequest, request, call, {
      prepare: () => warmRequest(context, request.serviceRequestId),
      decide: async (tx) => {
        const row = await loadRequest(tx, context.vault, request.serviceRequestId);
        const standing = assigned(row, request.assigneeId);
        return moveRequest(context, tx, { row, standing, call });
      },
    });
}
