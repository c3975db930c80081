import { fitting } from '#chassis/page.ts';
import type { Rpcs } from '#chassis/serve.ts';
import type { AuditService } from '#gen/bank/audit/v1/audit_service_pb.ts';
import { ListLogEntriesRequestSchema } from '#gen/bank/audit/v1/audit_service_pb.ts';
import type { Context } from '../context.ts';
import { bytesOf, logName, recordMessage } from '../messages.ts';
import { withArchived } from '../records.ts';
import { selectEntries } from '../tables.ts';

/** Lists the places of a log, with their records. */
export function listLogEntries(context: Context): Rpcs<typeof AuditService>['listLogEntries'] {
  const { database, logs, pages } = context;
  return async (request) => {
    const { size, after } = pages.read(ListLogEntriesRequestSchema, request);
    const from = after ? Number(after[0]) + 1 : 0;
    const rows = await database.query(selectEntries(logName(request.log), from, size + 1));
    const whole = await withArchived(context, rows.slice(0, size));
    const page = fitting(whole, (row) => (row.recordId === null ? 0 : bytesOf(row)));
    const last = page.at(-1);
    return {
      entries: page.map((row) => ({
        position: BigInt(row.leafPosition),
        leafHash: row.hash,
        genuine: logs.isGenuine(row),
        ...(row.recordId !== null && { record: recordMessage(row) }),
      })),
      nextPageToken:
        rows.length > page.length && last ? pages.next(ListLogEntriesRequestSchema, request, [last.leafPosition]) : '',
    };
  };
}
