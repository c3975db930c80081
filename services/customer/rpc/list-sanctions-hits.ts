import { fitting } from '#chassis/page.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { type CustomerService, ListSanctionsHitsRequestSchema } from '#gen/bank/customer/v1/customer_service_pb.ts';
import { SanctionsHitState } from '#gen/bank/customer/v1/sanctions_pb.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { wordOf } from '../domain/sanctions-entry.ts';
import { hitMessages } from '../hits.ts';
import { SanctionsHitRow } from '../screening-tables.ts';
import { CustomerRow } from '../tables.ts';

/** What a hit with its listed party takes at most, as a rule. */
const HIT_BYTES = 8_000;

/** Lists hits, newest first. */
export function listSanctionsHits(context: Context): Rpcs<typeof CustomerService>['listSanctionsHits'] {
  const { database, pages } = context;
  return async (request) => {
    const { customerId } = request;
    const { size, after } = pages.read(ListSanctionsHitsRequestSchema, request);
    const em = database.orm.em.fork();
    if (customerId !== '' && !(await em.findOne(CustomerRow, { id: customerId }))) throw refuse('CUSTOMER_NOT_FOUND');
    const state = wordOf(SanctionsHitState, request.state);
    const rows = await em.find(
      SanctionsHitRow,
      {
        ...(customerId !== '' && { customerId }),
        ...(state !== 'UNSPECIFIED' && { state }),
        ...(after && { id: { $lt: after[0] ?? '' } }),
      },
      { orderBy: { id: 'desc' }, limit: size + 1 },
    );
    const page = fitting(rows.slice(0, size), () => HIT_BYTES);
    const last = page.at(-1);
    return {
      hits: await hitMessages(context, page),
      nextPageToken:
        rows.length > page.length && last ? pages.next(ListSanctionsHitsRequestSchema, request, [last.id]) : '',
    };
  };
}
