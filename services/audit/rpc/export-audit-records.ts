import { create } from '@bufbuild/protobuf';
import { readInstant } from '#chassis/dates.ts';
import { fitting } from '#chassis/page.ts';
import type { Rpcs } from '#chassis/serve.ts';
import {
  type AuditService,
  type ExportAuditRecordsRequest,
  type ListAuditRecordsRequest,
  ListAuditRecordsRequestSchema,
} from '#gen/bank/audit/v1/audit_service_pb.ts';
import type { Context } from '../context.ts';
import { exporting } from '../exporting.ts';
import { bytesOf } from '../messages.ts';
import { pageOf, searchOf, searchRecords } from '../records.ts';

/** So many records stand in one part at most. */
const AT_ONCE = 500;

/** Exports the records of a search that are signed already, with their proofs. */
export function exportAuditRecords(context: Context): Rpcs<typeof AuditService>['exportAuditRecords'] {
  return async function* writeAll(request, call) {
    const filter = filterOf(request);
    const sent = await exporting(context, request);
    yield* sent.head();
    const search = await searchOf(context, filter);
    for (let after: readonly string[] | undefined; !call.signal.aborted; ) {
      const found = await searchRecords(context, search, { after, limit: AT_ONCE });
      const page = pageOf(found, (rows) => fitting(rows, (row) => 2 * bytesOf(row)));
      yield* await sent.add(page.rows);
      if (!page.after) break;
      after = page.after;
    }
    yield sent.manifest();
  };
}

/** The search of an export. Refuses times that are none. */
function filterOf(request: ExportAuditRecordsRequest): ListAuditRecordsRequest {
  const { partyId, resourceId, actorId, rpc, reason, outcome, kind, startTime, endTime } = request;
  if (startTime) readInstant('start_time', startTime);
  if (endTime) readInstant('end_time', endTime);
  return create(ListAuditRecordsRequestSchema, {
    partyId,
    resourceId,
    actorId,
    rpc,
    reason,
    outcome,
    kind,
    ...(startTime && { startTime }),
    ...(endTime && { endTime }),
  });
}
