// The statements of the reports of compliance.
import { type RawBuilder, sql } from 'kysely';
import { sqlArray } from '#chassis/sql-array.ts';
import { ReportKind } from '#gen/bank/audit/v1/audit_pb.ts';
import { APPROVALS, LIMITS_AND_ROLES } from './domain/reports.ts';
import type { RecordRow } from './messages.ts';
import { at } from './monitoring-tables.ts';
import { COLUMNS } from './tables.ts';

/** A span of time; its end is not in it. Milliseconds since the epoch. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** A transaction as examiners ask for it. */
export interface LargeTransactionRow {
  readonly eventId: string;
  readonly occurMs: string;
  readonly transactionId: string;
  readonly debtorAccountId: string;
  readonly creditorAccountId: string;
  readonly minor: string;
}

/** Which report, of whom, and about what; empty is no condition. */
export interface Asked {
  readonly report: ReportKind;
  readonly partyId: string;
  readonly resourceId: string;
}

/** The records of a report, newest first; those after a place in that order. */
export function selectReport(
  { report, partyId, resourceId, fromMs, toMs }: Span & Asked,
  { after, limit }: { readonly after: readonly string[] | undefined; readonly limit: number },
): RawBuilder<RecordRow> {
  const [afterMs, afterId] = after ?? [];
  const actor = sql`r.body #>> '{actor,partyId}' = ${partyId}`;
  const approver = sql`r.body @> ${JSON.stringify({ actor: { approverId: partyId } })}::jsonb`;
  return sql<RecordRow>`
    select ${COLUMNS} from audit_record r
    where r.occur_time >= ${at(fromMs)} and r.occur_time < ${at(toMs)} and ${partOf(report)}
      ${partyId ? sql`and (${actor} or ${approver})` : sql``}
      ${resourceId ? sql`and r.body @> ${JSON.stringify({ resourceIds: [resourceId] })}::jsonb` : sql``}
      ${afterId !== undefined ? sql`and (r.occur_time, r.record_id) < (${at(Number(afterMs))}, ${afterId})` : sql``}
    order by r.occur_time desc, r.record_id desc limit ${limit}
  `;
}

/** Whether a record is part of a report. */
function partOf(report: ReportKind): RawBuilder<unknown> {
  const isOneOf = (rpcs: readonly string[]) => sql`r.rpc = any(${sqlArray(rpcs)}::text[])`;
  if (report === ReportKind.LIMITS_AND_ROLES) return isOneOf(LIMITS_AND_ROLES);
  if (report === ReportKind.READS) return sql`r.kind = 'PERSONAL_DATA_READ'`;
  if (report === ReportKind.REFUSED_LOGINS) return sql`r.kind = 'REFUSED_LOGIN'`;
  if (report === ReportKind.APPROVALS) {
    return sql`(${isOneOf(APPROVALS)} or coalesce(r.body #>> '{actor,approverId}', '') <> '')`;
  }
  return sql`true`;
}

/** The transactions of a span that moved so much, by time; those after a place in that order. */
export function selectLarge(
  { fromMs, toMs, currency, minor }: Span & { readonly currency: string; readonly minor: bigint },
  { after, limit }: { readonly after: readonly string[] | undefined; readonly limit: number },
): RawBuilder<LargeTransactionRow> {
  const [afterMs, afterId] = after ?? [];
  return sql<LargeTransactionRow>`
    select a.event_id as "eventId", round(extract(epoch from a.occur_time) * 1000)::text as "occurMs",
      a.resource_ids[1] as "transactionId", a.minor::text as minor,
      coalesce(max(a.subject_id) filter (where a.kind = 'PAID_OUT'), '') as "debtorAccountId",
      coalesce(max(a.subject_id) filter (where a.kind <> 'PAID_OUT'), '') as "creditorAccountId"
    from activity a
    where a.occur_time >= ${at(fromMs)} and a.occur_time < ${at(toMs)} and a.currency_code = ${currency}
      and a.minor >= ${minor}
      ${afterId ? sql`and (a.occur_time, a.event_id) > (${at(Number(afterMs))}, ${afterId})` : sql``}
    group by a.occur_time, a.event_id, a.resource_ids[1], a.minor
    order by a.occur_time, a.event_id limit ${limit}
  `;
}
