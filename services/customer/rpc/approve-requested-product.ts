import type { Rpcs } from '#chassis/serve.ts';
import { CustomerService as Contract, type CustomerService } from '#gen/bank/customer/v1/customer_service_pb.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { approved } from '../domain/requested-products.ts';
import { isResolved } from '../domain/service-requests.ts';
import { loadRequest, moveRequest, warmRequest } from '../service-requests.ts';

/** Approves what a customer wants. */
export function approveRequestedProduct(context: Context): Rpcs<typeof CustomerService>['approveRequestedProduct'] {
  return (request, call) =>
    context.commands.run(Contract.method.approveRequestedProduct, request, call, {
      prepare: () => warmRequest(context, request.serviceRequestId),
      decide: async (tx) => {
        const row = await loadRequest(tx, context.vault, request.serviceRequestId);
        const standing = approved(row);
        if (isResolved(row)) throw refuse('SERVICE_REQUEST_RESOLVED');
        return moveRequest(context, tx, { row, standing: { ...row, ...standing }, call });
      },
    });
}
