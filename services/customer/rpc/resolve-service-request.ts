import type { Rpcs } from '#chassis/serve.ts';
import { CustomerService as Contract, type CustomerService } from '#gen/bank/customer/v1/customer_service_pb.ts';
import type { Context } from '../context.ts';
import { checkNotApproved } from '../domain/requested-products.ts';
import { resolved } from '../domain/service-requests.ts';
import { at, loadRequest, moveRequest, warmRequest } from '../service-requests.ts';

/** Answers a request. */
export function resolveServiceRequest(context: Context): Rpcs<typeof CustomerService>['resolveServiceRequest'] {
  return (request, call) =>
    context.commands.run(Contract.method.resolveServiceRequest, request, call, {
      prepare: () => warmRequest(context, request.serviceRequestId),
      decide: async (tx) => {
        const row = await loadRequest(tx, context.vault, request.serviceRequestId);
        checkNotApproved(row);
        const standing = resolved(row, at(context));
        return moveRequest(context, tx, { row, standing, call, written: { outcome: request.outcome } });
      },
    });
}
