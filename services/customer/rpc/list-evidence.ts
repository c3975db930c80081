import type { Rpcs } from '#chassis/serve.ts';
import { type CustomerService, ListEvidenceRequestSchema } from '#gen/bank/customer/v1/customer_service_pb.ts';
import { EvidenceState } from '#gen/bank/customer/v1/kyc_pb.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { wordOf } from '../domain/sanctions-entry.ts';
import { evidenceMessage } from '../evidence.ts';
import { EvidenceRow } from '../kyc-tables.ts';
import { CustomerRow } from '../tables.ts';

/** Lists evidence, newest first. */
export function listEvidence({ database, pages }: Context): Rpcs<typeof CustomerService>['listEvidence'] {
  return async (request) => {
    const { customerId } = request;
    const { size, after } = pages.read(ListEvidenceRequestSchema, request);
    const em = database.orm.em.fork();
    if (customerId !== '' && !(await em.findOne(CustomerRow, { id: customerId }))) throw refuse('CUSTOMER_NOT_FOUND');
    const state = wordOf(EvidenceState, request.state);
    const rows = await em.find(
      EvidenceRow,
      {
        ...(customerId !== '' && { customerId }),
        ...(state !== 'UNSPECIFIED' && { state }),
        ...(after && { id: { $lt: after[0] ?? '' } }),
      },
      { orderBy: { id: 'desc' }, limit: size + 1 },
    );
    const page = rows.slice(0, size);
    const last = rows.length > size ? page.at(-1) : undefined;
    return {
      evidence: page.map(evidenceMessage),
      nextPageToken: last ? pages.next(ListEvidenceRequestSchema, request, [last.id]) : '',
    };
  };
}
