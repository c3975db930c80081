import type { Rpcs } from '#chassis/serve.ts';
import { CustomerService as Contract, type CustomerService } from '#gen/bank/customer/v1/customer_service_pb.ts';
import type { Context } from '../context.ts';
import { written } from '../domain/service-requests.ts';
import { at, checkAttached, isBank, loadRequest, moveRequest, warmRequest } from '../service-requests.ts';

/** Writes to the other side about a request. */
export function addServiceRequestMessage(context: Context): Rpcs<typeof CustomerService>['addServiceRequestMessage'] {
  return (request, call) =>
    context.commands.run(Contract.method.addServiceRequestMessage, request, call, {
      prepare: () => warmRequest(context, request.serviceRequestId),
      decide: async (tx) => {
        const row = await loadRequest(tx, context.vault, request.serviceRequestId);
        const standing = written(row, { fromBank: isBank(call), awaitsCustomer: request.awaitsCustomer }, at(context));
        const { text: message, documentIds } = request;
        await checkAttached(tx, row.customerId, documentIds);
        return moveRequest(context, tx, { row, standing, call, written: { message, documentIds } });
      },
    });
}
