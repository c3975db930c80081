import type { Rpcs } from '#chassis/serve.ts';
import { type CustomerService, ListErasureRequestsRequestSchema } from '#gen/bank/customer/v1/customer_service_pb.ts';
import type { Context } from '../context.ts';
import { erasureMessage, selectErasures } from '../erasure-tables.ts';

/** Lists requests to be erased, newest first. */
export function listErasureRequests({ database, pages }: Context): Rpcs<typeof CustomerService>['listErasureRequests'] {
  return async (request) => {
    const { size, after } = pages.read(ListErasureRequestsRequestSchema, request);
    const rows = await database.query(selectErasures(request.openOnly, after, size + 1));
    const page = rows.slice(0, size);
    const last = rows.length > size ? page.at(-1) : undefined;
    const place = last && [last.place, last.customerId, String(last.requestNumber)];
    return {
      erasureRequests: page.map(erasureMessage),
      nextPageToken: place ? pages.next(ListErasureRequestsRequestSchema, request, place) : '',
    };
  };
}
