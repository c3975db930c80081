import type { Rpcs } from '#chassis/serve.ts';
import type { CustomerService } from '#gen/bank/customer/v1/customer_service_pb.ts';
import { consentMessage, selectLast } from '../consent-tables.ts';
import type { Context } from '../context.ts';

/** Tells what customers last said about a purpose. */
export function getConsents({ database }: Context): Rpcs<typeof CustomerService>['getConsents'] {
  return async ({ customerIds, purpose }) => {
    const rows = await database.query(selectLast(customerIds, purpose));
    return { consents: rows.map((row) => ({ customerId: row.customerId, consent: consentMessage(row) })) };
  };
}
