import { fitting } from '#chassis/page.ts';
import type { Rpcs } from '#chassis/serve.ts';
import type { AuditService } from '#gen/bank/audit/v1/audit_service_pb.ts';
import { ListAuditRecordsRequestSchema } from '#gen/bank/audit/v1/audit_service_pb.ts';
import type { Context } from '../context.ts';
import { bytesOf, recordMessage } from '../messages.ts';
import { selectRecords } from '../tables.ts';

/** Lists records, newest first. */
export function listAuditRecords({ database, pages }: Context): Rpcs<typeof AuditService>['listAuditRecords'] {
  return async (request) => {
    const { size, after } = pages.read(ListAuditRecordsRequestSchema, request);
    const rows = await database.query(selectRecords(request, { after, limit: size + 1 }));
    const page = fitting(rows.slice(0, size), bytesOf);
    const last = page.at(-1);
    return {
      records: page.map(recordMessage),
      nextPageToken:
        rows.length > page.length && last
          ? pages.next(ListAuditRecordsRequestSchema, request, [last.occurMs, last.recordId])
          : '',
    };
  };
}
