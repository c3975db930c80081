import { branchOf } from '#chassis/access.ts';
import { fitting } from '#chassis/page.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { type CustomerService, ListServiceRequestsRequestSchema } from '#gen/bank/customer/v1/customer_service_pb.ts';
import { Audience } from '#gen/bank/options/v1/options_pb.ts';
import type { Context } from '../context.ts';
import { selectRequests } from '../service-request-tables.ts';
import { shownRequest } from '../service-requests.ts';

/** Lists requests: of whom the caller sees. */
export function listServiceRequests(context: Context): Rpcs<typeof CustomerService>['listServiceRequests'] {
  const { database, pages, vault } = context;
  return async (request, call) => {
    const { size, after } = pages.read(ListServiceRequestsRequestSchema, request);
    const { principal } = call;
    const isCustomer = principal?.audience === Audience.CHANNEL;
    const { state, kind, escalatedOnly } = request;
    const filter = {
      state,
      kind,
      escalatedOnly,
      customerId: isCustomer ? principal.partyId : request.customerId,
      // Who works on it, customers are not told, and cannot find out.
      assigneeId: isCustomer ? '' : request.assigneeId,
      branchId: branchOf(call),
    };
    const rows = await database.query(selectRequests(filter, after?.[0], size + 1));
    const page = fitting(rows.slice(0, size), ({ subject, outcome }) => subject.length + (outcome?.length ?? 0));
    const last = rows.length > page.length ? page.at(-1) : undefined;
    const shown = await Promise.all(page.map((row) => shownRequest(vault, row, principal)));
    return {
      serviceRequests: shown.filter((one) => one !== undefined),
      nextPageToken: last ? pages.next(ListServiceRequestsRequestSchema, request, [last.id]) : '',
    };
  };
}
