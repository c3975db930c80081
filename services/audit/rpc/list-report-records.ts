import { readInstant } from '#chassis/dates.ts';
import { invalid } from '#chassis/errors.ts';
import { fitting } from '#chassis/page.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { ReportKind } from '#gen/bank/audit/v1/audit_pb.ts';
import { type AuditService, ListReportRecordsRequestSchema } from '#gen/bank/audit/v1/audit_service_pb.ts';
import type { Context } from '../context.ts';
import { bytesOf, recordMessage } from '../messages.ts';
import { selectReport } from '../report-tables.ts';

/** Lists the records that a report is made of, newest first. */
export function listReportRecords({ database, pages }: Context): Rpcs<typeof AuditService>['listReportRecords'] {
  return async (request) => {
    const { report, partyId, resourceId } = request;
    const { size, after } = pages.read(ListReportRecordsRequestSchema, request);
    if (report === ReportKind.ACCESS && !partyId) {
      throw invalid([{ field: 'party_id', description: 'This report is of one party.' }]);
    }
    const span = {
      fromMs: readInstant('start_time', request.startTime),
      toMs: readInstant('end_time', request.endTime),
    };
    const rows = await database.query(
      selectReport({ report, partyId, resourceId, ...span }, { after, limit: size + 1 }),
    );
    const page = fitting(rows.slice(0, size), bytesOf);
    const last = page.at(-1);
    return {
      records: page.map(recordMessage),
      nextPageToken:
        rows.length > page.length && last
          ? pages.next(ListReportRecordsRequestSchema, request, [last.occurMs, last.recordId])
          : '',
    };
  };
}
