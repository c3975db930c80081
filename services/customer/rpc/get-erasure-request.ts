import type { Rpcs } from '#chassis/serve.ts';
import type { CustomerService } from '#gen/bank/customer/v1/customer_service_pb.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { erasureMessage, selectLastErasure } from '../erasure-tables.ts';
import { CustomerRow } from '../tables.ts';

/** Reads a customer's last request to be erased. */
export function getErasureRequest({ database }: Context): Rpcs<typeof CustomerService>['getErasureRequest'] {
  return async ({ customerId }) => {
    if (!(await database.orm.em.fork().findOne(CustomerRow, { id: customerId }))) throw refuse('CUSTOMER_NOT_FOUND');
    const [last] = await database.query(selectLastErasure(customerId));
    if (!last) throw refuse('ERASURE_NOT_REQUESTED');
    return { erasureRequest: erasureMessage(last) };
  };
}
