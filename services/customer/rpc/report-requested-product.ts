import type { Rpcs } from '#chassis/serve.ts';
import { CustomerService as Contract, type CustomerService } from '#gen/bank/customer/v1/customer_service_pb.ts';
import type { Context } from '../context.ts';
import { letterOf, reported } from '../domain/requested-products.ts';
import { isResolved, resolved } from '../domain/service-requests.ts';
import { at, loadRequest, moveRequest, productOf, warmRequest } from '../service-requests.ts';

/** Takes what became of something that was approved. */
export function reportRequestedProduct(context: Context): Rpcs<typeof CustomerService>['reportRequestedProduct'] {
  return (request, call) =>
    context.commands.run(Contract.method.reportRequestedProduct, request, call, {
      prepare: () => warmRequest(context, request.serviceRequestId),
      decide: async (tx) => {
        const { productApprovalNumber: approvalNumber, refusalReason, statementCopyNumber: copyNumber } = request;
        const row = await loadRequest(tx, context.vault, request.serviceRequestId);
        const told = reported(row, { approvalNumber, refusalReason, copyNumber });
        const product = productOf(row);
        if (!told || !product) return {};
        const standing = { ...row, ...told };
        const isEnd = refusalReason === '' && !isResolved(row);
        await moveRequest(context, tx, {
          row,
          standing: isEnd ? { ...resolved(row, at(context)), ...told } : standing,
          call,
          ...(isEnd && { written: { outcome: letterOf(product, copyNumber) } }),
        });
        return {};
      },
    });
}
