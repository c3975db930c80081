import type { Rpcs } from '#chassis/serve.ts';
import { CustomerService as Contract, type CustomerService } from '#gen/bank/customer/v1/customer_service_pb.ts';
import { changed, loadActive } from '../changes.ts';
import type { Context } from '../context.ts';
import { warmKey } from '../profile.ts';
import { holdIdentifiers } from '../tables.ts';

/** Deactivates a customer, and frees their identifiers for others. They can still be found by them. */
export function deactivateCustomer(context: Context): Rpcs<typeof CustomerService>['deactivateCustomer'] {
  return (request, call) =>
    context.commands.run(Contract.method.deactivateCustomer, request, call, {
      prepare: () => warmKey(context, request.customerId),
      decide: async (tx) => {
        const loaded = await loadActive(tx, context.vault, request.customerId);
        loaded.row.state = 'deactivated';
        await tx.execute(holdIdentifiers(loaded.row.id, []));
        return {
          customer: await changed(tx, context.vault, 'deactivated', {
            ...loaded,
            cause: { actor: call.principal, remark: request.remark },
          }),
        };
      },
    });
}
