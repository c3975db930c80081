import type { Rpcs } from '#chassis/serve.ts';
import { ListPartnersRequestSchema, type SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import type { Context } from '../context.ts';
import { selectPartners } from '../partner-tables.ts';
import { shownPartner } from '../partners.ts';

/** Lists partners. */
export function listPartners({ database, pages }: Context): Rpcs<typeof SecurityService>['listPartners'] {
  return async (request) => {
    const { size, after } = pages.read(ListPartnersRequestSchema, request);
    const rows = await database.query(selectPartners(after?.[0] ?? '', size + 1));
    const page = rows.slice(0, size);
    const last = page.at(-1);
    return {
      partners: page.map(shownPartner),
      nextPageToken: rows.length > size && last ? pages.next(ListPartnersRequestSchema, request, [last.id]) : '',
    };
  };
}
