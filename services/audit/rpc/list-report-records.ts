import { readInstant } from '#chassis/dates.ts';
import { invalid } from '#chassis/errors.ts';
import { fitting } from '#chassis/page.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { ReportKind } from '#gen/bank/audit/v1/audit_pb.ts';
import { type AuditService, ListReportRecordsRequestSchema } from '#gen/bank/audit/v1/audit_service_pb.ts';
import type { Context } from '../context.ts';
import { fitsReport } from '../domain/search.ts';
import { bytesOf, recordMessage } from '../messages.ts';
import { pageOf, searchRecords } from '../records.ts';
import { selectReport } from '../report-tables.ts';

/** Lists the records that a report is made of, newest first. */
export function listReportRecords(context: Context): Rpcs<typeof AuditService>['listReportRecords'] {
  const { pages } = context;
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
    const search = {
      select: (page: Parameters<typeof selectReport>[1]) =>
        selectReport({ report, partyId, resourceId, ...span }, page),
      fits: fitsReport(request),
      span,
    };
    const page = pageOf(await searchRecords(context, search, { after, limit: size }), (rows) => fitting(rows, bytesOf));
    return {
      records: page.rows.map(recordMessage),
      nextPageToken: page.after ? pages.next(ListReportRecordsRequestSchema, request, page.after) : '',
    };
  };
}
