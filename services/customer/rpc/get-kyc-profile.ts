import type { Rpcs } from '#chassis/serve.ts';
import type { CustomerService } from '#gen/bank/customer/v1/customer_service_pb.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { profileMessage } from '../evidence.ts';
import { currentTiers } from '../kyc-tables.ts';
import { CustomerRow } from '../tables.ts';

/** Reads what a customer may do, and what is to be verified for more. */
export function getKycProfile({ database }: Context): Rpcs<typeof CustomerService>['getKycProfile'] {
  return async ({ customerId }) => {
    const em = database.orm.em.fork();
    const row = await em.findOne(CustomerRow, { id: customerId });
    if (!row) throw refuse('CUSTOMER_NOT_FOUND');
    return { profile: await profileMessage(em, row, await currentTiers(database)) };
  };
}
