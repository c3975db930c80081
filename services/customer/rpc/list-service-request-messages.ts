import { fitting } from '#chassis/page.ts';
import type { Rpcs } from '#chassis/serve.ts';
import {
  type CustomerService,
  ListServiceRequestMessagesRequestSchema,
} from '#gen/bank/customer/v1/customer_service_pb.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { selectMessages } from '../service-request-tables.ts';
import { shownMessage } from '../service-requests.ts';
import { CustomerRow } from '../tables.ts';

/** Lists what a customer and the bank wrote to each other. */
export function listServiceRequestMessages(
  context: Context,
): Rpcs<typeof CustomerService>['listServiceRequestMessages'] {
  const { database, pages, vault } = context;
  return async (request, call) => {
    const { customerId, serviceRequestId: requestId } = request;
    const { size, after } = pages.read(ListServiceRequestMessagesRequestSchema, request);
    if (!(await database.orm.em.fork().findOne(CustomerRow, { id: customerId }))) throw refuse('CUSTOMER_NOT_FOUND');
    const rows = await database.query(selectMessages({ customerId, requestId }, after, size + 1));
    const page = fitting(rows.slice(0, size), ({ text }) => text.length);
    const last = rows.length > page.length ? page.at(-1) : undefined;
    const place = last && [last.place, last.serviceRequestId, String(last.messageNumber)];
    const shown = await Promise.all(page.map((row) => shownMessage(vault, row, call.principal)));
    return {
      messages: shown.filter((one) => one !== undefined),
      nextPageToken: place ? pages.next(ListServiceRequestMessagesRequestSchema, request, place) : '',
    };
  };
}
