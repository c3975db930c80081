import type { Rpcs } from '#chassis/serve.ts';
import { CustomerService as Contract, type CustomerService } from '#gen/bank/customer/v1/customer_service_pb.ts';
import type { Context } from '../context.ts';
import { reopened } from '../domain/service-requests.ts';
import { at, loadRequest, moveRequest, warmRequest } from '../service-requests.ts';

/** Opens an answered request again. */
export function reopenServiceRequest(context: Context): Rpcs<typeof CustomerService>['reopenServiceRequest'] {
  return (request, call) =>
    context.commands.run(Contract.method.reopenServiceRequest, request, call, {
      prepare: () => warmRequest(context, request.serviceRequestId),
      decide: async (tx) => {
        const row = await loadRequest(tx, context.vault, request.serviceRequestId);
        const standing = reopened(row, at(context));
        return moveRequest(context, tx, { row, standing, call, written: { message: request.text } });
      },
    });
}
