import { readInstant } from '#chassis/dates.ts';
import type { Rpcs } from '#chassis/serve.ts';
import type { CustomerService } from '#gen/bank/customer/v1/customer_service_pb.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { customerMessage, openProfile } from '../profile.ts';
import { CustomerRow, CustomerVersionRow } from '../tables.ts';
import { asOf } from '../versions.ts';

/** Reads a customer, as they are or as they were. */
export function getCustomer({ database, vault }: Context): Rpcs<typeof CustomerService>['getCustomer'] {
  return async ({ customerId, asOfTime }) => {
    const em = database.orm.em.fork();
    const instant = asOfTime && new Date(readInstant('as_of_time', asOfTime));
    const row = await em.findOne(CustomerRow, { id: customerId });
    if (!row) throw refuse('CUSTOMER_NOT_FOUND');
    if (!instant) return { customer: customerMessage(row, await openProfile(vault, row)) };
    const kept = await em.findOne(
      CustomerVersionRow,
      { customerId, createTime: { $lte: instant } },
      { orderBy: { version: 'desc' } },
    );
    if (!kept) throw refuse('CUSTOMER_VERSION_NOT_FOUND');
    return { customer: customerMessage(asOf(row, kept), await openProfile(vault, kept)) };
  };
}
