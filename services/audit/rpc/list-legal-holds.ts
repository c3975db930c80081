import type { Rpcs } from '#chassis/serve.ts';
import { type AuditService, ListLegalHoldsRequestSchema } from '#gen/bank/audit/v1/audit_service_pb.ts';
import type { Context } from '../context.ts';
import { holdMessage, selectHolds } from '../keeping-tables.ts';

/** Lists legal holds, newest first. */
export function listLegalHolds({ database, vault, pages }: Context): Rpcs<typeof AuditService>['listLegalHolds'] {
  return async (request) => {
    const { size, after } = pages.read(ListLegalHoldsRequestSchema, request);
    const rows = await database.query(selectHolds(request.released, { after: after?.[0], limit: size + 1 }));
    const page = rows.slice(0, size);
    const last = page.at(-1);
    return {
      legalHolds: await Promise.all(page.map((row) => holdMessage(vault, row))),
      nextPageToken:
        rows.length > size && last ? pages.next(ListLegalHoldsRequestSchema, request, [last.legalHoldId]) : '',
    };
  };
}
