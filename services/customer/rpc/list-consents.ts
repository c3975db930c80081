import type { Rpcs } from '#chassis/serve.ts';
import { type CustomerService, ListConsentsRequestSchema } from '#gen/bank/customer/v1/customer_service_pb.ts';
import { consentMessage, selectConsents } from '../consent-tables.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { CustomerRow } from '../tables.ts';

/** Lists what a customer has said about consents, newest first. */
export function listConsents({ database, pages }: Context): Rpcs<typeof CustomerService>['listConsents'] {
  return async (request) => {
    const { customerId } = request;
    const { size, after } = pages.read(ListConsentsRequestSchema, request);
    if (!(await database.orm.em.fork().findOne(CustomerRow, { id: customerId }))) throw refuse('CUSTOMER_NOT_FOUND');
    const rows = await database.query(selectConsents(customerId, after, size + 1));
    const page = rows.slice(0, size);
    const last = rows.length > size ? page.at(-1) : undefined;
    const place = last && [last.place, String(last.purpose), String(last.version)];
    return {
      consents: page.map(consentMessage),
      nextPageToken: place ? pages.next(ListConsentsRequestSchema, request, place) : '',
    };
  };
}
