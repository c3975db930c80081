import type { Rpcs } from '#chassis/serve.ts';
import type { CustomerService } from '#gen/bank/customer/v1/customer_service_pb.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { customerMessage, openProfile } from '../profile.ts';
import { CustomerRow } from '../tables.ts';

/** Reads a customer. */
export function getCustomer({ database, vault }: Context): Rpcs<typeof CustomerService>['getCustomer'] {
  return async ({ customerId }) => {
    const row = await database.orm.em.fork().findOne(CustomerRow, { id: customerId });
    if (!row) throw refuse('CUSTOMER_NOT_FOUND');
    return { customer: customerMessage(row, await openProfile(vault, row)) };
  };
}
