import type { Rpcs } from '#chassis/serve.ts';
import {
  ListPersonalDataExportsRequestSchema,
  type SecurityService,
} from '#gen/bank/security/v1/security_service_pb.ts';
import type { Context } from '../context.ts';
import { selectExports } from '../export-tables.ts';
import { shownExport } from '../exports.ts';

/** Lists the exports that were made of a customer. */
export function listPersonalDataExports(context: Context): Rpcs<typeof SecurityService>['listPersonalDataExports'] {
  const { database, pages } = context;
  return async (request) => {
    const { size, after } = pages.read(ListPersonalDataExportsRequestSchema, request);
    const rows = await database.query(selectExports(request.customerId, after?.[0], size + 1));
    const page = rows.slice(0, size);
    const last = page.at(-1);
    const more = rows.length > size && last;
    return {
      personalDataExports: page.map((row) => shownExport(row, context.now())),
      nextPageToken: more ? pages.next(ListPersonalDataExportsRequestSchema, request, [last.id]) : '',
    };
  };
}
