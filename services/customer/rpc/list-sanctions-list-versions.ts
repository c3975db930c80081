import type { Rpcs } from '#chassis/serve.ts';
import {
  type CustomerService,
  ListSanctionsListVersionsRequestSchema,
} from '#gen/bank/customer/v1/customer_service_pb.ts';
import { SanctionsList } from '#gen/bank/customer/v1/sanctions_pb.ts';
import type { Context } from '../context.ts';
import { listWord } from '../domain/sanctions-entry.ts';
import { listVersionMessage } from '../sanctions-lists.ts';
import { countUnscreened, SanctionsListVersionRow, selectGeneration } from '../screening-tables.ts';

const COUNTED_MAX = 10_000;

/** Lists the versions of the sanctions lists, newest first. */
export function listSanctionsListVersions({
  database,
  pages,
}: Context): Rpcs<typeof CustomerService>['listSanctionsListVersions'] {
  return async (request) => {
    const { size, after } = pages.read(ListSanctionsListVersionsRequestSchema, request);
    const rows = await database.orm.em.fork().find(
      SanctionsListVersionRow,
      {
        ...(request.list !== SanctionsList.UNSPECIFIED && { list: listWord(request.list) }),
        ...(after && { importNumber: { $lt: Number(after[0]) } }),
      },
      { orderBy: { importNumber: 'desc' }, limit: size + 1 },
    );
    const page = rows.slice(0, size);
    const last = page.at(-1);
    const [now] = await database.query(selectGeneration());
    const [unscreened] = await database.query(countUnscreened(now?.generation ?? 1, COUNTED_MAX));
    return {
      versions: page.map(listVersionMessage),
      unscreenedCount: unscreened?.count ?? 0,
      nextPageToken:
        rows.length > size && last
          ? pages.next(ListSanctionsListVersionsRequestSchema, request, [String(last.importNumber)])
          : '',
    };
  };
}
