import { fitting } from '#chassis/page.ts';
import type { Rpcs } from '#chassis/serve.ts';
import type { AuditService } from '#gen/bank/audit/v1/audit_service_pb.ts';
import { ListAuditRecordsRequestSchema } from '#gen/bank/audit/v1/audit_service_pb.ts';
import type { Context } from '../context.ts';
import { bytesOf, recordMessage } from '../messages.ts';
import { pageOf, searchOf, searchRecords } from '../records.ts';

/** Lists records, newest first. */
export function listAuditRecords(context: Context): Rpcs<typeof AuditService>['listAuditRecords'] {
  const { pages } = context;
  return async (request) => {
    const { size, after } = pages.read(ListAuditRecordsRequestSchema, request);
    const search = await searchOf(context, request);
    const found = await searchRecords(context, search, { after, limit: size });
    const page = pageOf(found, (rows) => fitting(rows, bytesOf));
    return {
      records: page.rows.map(recordMessage),
      nextPageToken: page.after ? pages.next(ListAuditRecordsRequestSchema, request, page.after) : '',
    };
  };
}
