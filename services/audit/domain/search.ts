// Whether a record of the archive is one that is searched for: what the statements of tables.ts and report-tables.ts ask of those in the
// database. A test holds the two to each other.
import { timestampMs } from '@bufbuild/protobuf/wkt';
import { type AuditRecord, RecordKind, ReportKind } from '#gen/bank/audit/v1/audit_pb.ts';
import type { ListAuditRecordsRequest } from '#gen/bank/audit/v1/audit_service_pb.ts';
import { APPROVALS, LIMITS_AND_ROLES } from './reports.ts';

/** What is asked of a record, whatever its time. */
export type Fits = (record: AuditRecord) => boolean;

/** The parties that a record concerns, beside what it is about: actor, approver, and whose data changed. */
export function partiesOf({ actor, before, after }: AuditRecord): string[] {
  return [actor?.partyId, actor?.approverId, before?.partyId, after?.partyId].filter(
    (id) => id !== undefined && id !== '',
  ) as string[];
}

/** What is searched for. What is found of a party, or of a thing that is one, is also what is of those who were merged into them. */
export interface Asked {
  readonly filter: ListAuditRecordsRequest;
  /** Who were merged into the party that it names. */
  readonly mergedParties: readonly string[];
  /** Who were merged into the thing that it names, where that is a party. */
  readonly mergedResources: readonly string[];
}

/** A search. Its times are not looked at. */
export function fitsSearch({ filter, mergedParties, mergedResources }: Asked): Fits {
  const { partyId, resourceId, actorId, rpc, reason, outcome, kind } = filter;
  const isOf = (ids: readonly string[], wanted: readonly string[]) => wanted.some((one) => ids.includes(one));
  const [parties, resources] = [
    [partyId, ...mergedParties],
    [resourceId, ...mergedResources],
  ];
  return (record) =>
    (!partyId || isOf(partiesOf(record), parties) || isOf(record.resourceIds, parties)) &&
    (!resourceId || isOf(record.resourceIds, resources)) &&
    (!actorId || record.actor?.partyId === actorId) &&
    (!rpc || record.rpc === rpc) &&
    (!reason || record.reason === reason) &&
    (!outcome || record.outcome === outcome) &&
    (!kind || record.kind === kind);
}

/** A report. */
export function fitsReport(asked: {
  readonly report: ReportKind;
  readonly partyId: string;
  readonly resourceId: string;
}): Fits {
  const { report, partyId, resourceId } = asked;
  return (record) =>
    isPartOf(report, record) &&
    (!partyId || record.actor?.partyId === partyId || record.actor?.approverId === partyId) &&
    (!resourceId || record.resourceIds.includes(resourceId));
}

function isPartOf(report: ReportKind, { rpc, kind, actor }: AuditRecord): boolean {
  if (report === ReportKind.LIMITS_AND_ROLES) return LIMITS_AND_ROLES.includes(rpc);
  if (report === ReportKind.READS) return kind === RecordKind.PERSONAL_DATA_READ;
  if (report === ReportKind.REFUSED_LOGINS) return kind === RecordKind.REFUSED_LOGIN;
  if (report === ReportKind.APPROVALS) return APPROVALS.includes(rpc) || Boolean(actor?.approverId);
  return true;
}

/** The span of a search, in milliseconds. */
export function spanOf({ startTime, endTime }: Pick<ListAuditRecordsRequest, 'startTime' | 'endTime'>) {
  return {
    fromMs: startTime ? timestampMs(startTime) : Number.NEGATIVE_INFINITY,
    toMs: endTime ? timestampMs(endTime) : Number.POSITIVE_INFINITY,
  };
}
