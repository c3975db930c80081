import type { Rpcs } from '#chassis/serve.ts';
import type { CustomerService } from '#gen/bank/customer/v1/customer_service_pb.ts';
import type { Context } from '../context.ts';
import { openProfile } from '../profile.ts';
import { CustomerRow } from '../tables.ts';

/** Reads how customers can be reached. */
export function getContacts({ database, vault }: Context): Rpcs<typeof CustomerService>['getContacts'] {
  return async ({ customerIds }) => {
    const rows = await database.orm.em.fork().find(CustomerRow, { id: { $in: [...new Set(customerIds)] } });
    const opened = await Promise.all(
      rows.map(async (row) => ({ customerId: row.id, contacts: (await openProfile(vault, row))?.contacts })),
    );
    return {
      customers: opened.flatMap(({ customerId, contacts }) => (contacts ? [{ customerId, contacts }] : [])),
    };
  };
}
