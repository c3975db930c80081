import type { Rpcs } from '#chassis/serve.ts';
import { CustomerService as Contract, type CustomerService } from '#gen/bank/customer/v1/customer_service_pb.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { insertDismissed } from '../duplicate-tables.ts';
import { CustomerRow } from '../tables.ts';

/** Says of two customers that they are not one and the same. */
export function dismissDuplicate({ commands }: Context): Rpcs<typeof CustomerService>['dismissDuplicate'] {
  return (request, call) =>
    commands.run(Contract.method.dismissDuplicate, request, call, {
      decide: async (tx) => {
        const { customerId, otherCustomerId } = request;
        if (customerId === otherCustomerId) throw refuse('CUSTOMERS_THE_SAME');
        const ids = [customerId, otherCustomerId];
        if ((await tx.em.count(CustomerRow, { id: { $in: ids } })) < ids.length) throw refuse('CUSTOMER_NOT_FOUND');
        await tx.execute(insertDismissed(customerId, otherCustomerId, call.principal?.partyId ?? ''));
        tx.record({ resourceIds: ids, partyId: customerId });
        return {};
      },
    });
}
