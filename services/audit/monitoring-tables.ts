// The statements of monitoring on what happened, and on its rules.
import type { JsonValue } from '@bufbuild/protobuf';
import { type RawBuilder, sql } from 'kysely';
import { sqlArray } from '#chassis/sql-array.ts';
import type { Activity, ActivityWord } from './domain/activity.ts';

/** An activity as it is read. */
export interface ActivityRow {
  readonly subjectId: string;
  readonly occurMs: string;
  readonly kind: ActivityWord;
  readonly eventId: string;
  readonly recordId: string;
  readonly resourceIds: readonly string[];
  readonly currency: string | null;
  readonly minor: string | null;
}

const COLUMNS = sql.raw(`
  a.subject_id as "subjectId", round(extract(epoch from a.occur_time) * 1000)::text as "occurMs", a.kind,
  a.event_id as "eventId", a.record_id as "recordId", a.resource_ids as "resourceIds", a.currency_code as currency,
  a.minor::text as minor
`);

/** How much of a subject is looked at at once: of one with more within a window, the newest. */
const LOOKED_AT_MAX = 5_000;

/** An instant for a statement. */
export function at(ms: number): RawBuilder<Date> {
  return sql`${new Date(ms).toISOString()}::timestamptz`;
}

/** Writes activities, which then wait to be looked at. */
export function insertActivities(rows: readonly Activity[]): RawBuilder<unknown> {
  return sql`
    with given as (
      select subject_id, occur_time, kind, event_id, record_id, string_to_array(resources, ',') as resource_ids, currency, minor
      from unnest(
        ${sqlArray(rows.map(({ subjectId }) => subjectId))}::text[],
        ${sqlArray(rows.map(({ timeMs }) => new Date(timeMs).toISOString()))}::timestamptz[],
        ${sqlArray(rows.map(({ kind }) => kind))}::text[],
        ${sqlArray(rows.map(({ eventId }) => eventId))}::text[],
        ${sqlArray(rows.map(({ recordId }) => recordId))}::text[],
        ${sqlArray(rows.map(({ resourceIds }) => resourceIds.join(',')))}::text[],
        ${sqlArray(rows.map(({ amount }) => amount?.currency))}::text[],
        ${sqlArray(rows.map(({ amount }) => amount?.minor))}::bigint[]
      ) as g (subject_id, occur_time, kind, event_id, record_id, resources, currency, minor)
    ), waiting as (
      insert into activity_waiting (subject_id, occur_time, kind, event_id)
      select subject_id, occur_time, kind, event_id from given
    )
    insert into activity (subject_id, occur_time, kind, event_id, record_id, resource_ids, currency_code, minor)
    select subject_id, occur_time, kind, event_id, record_id, resource_ids, currency, minor from given
  `;
}

/** Makes this the only transaction that looks at what waits. False: another is at it. */
export function lockMonitoring(): RawBuilder<{ mine: boolean }> {
  return sql<{ mine: boolean }>`select pg_try_advisory_xact_lock(7239471) as mine`;
}

/** The first activities that wait. */
export function selectWaiting(limit: number): RawBuilder<ActivityRow & { readonly position: string }> {
  return sql`
    select ${COLUMNS}, w.position::text as position
    from activity_waiting w join activity a using (subject_id, occur_time, kind, event_id)
    order by w.position limit ${limit}
  `;
}

/** Has activities wait no longer. */
export function deleteWaiting(positions: readonly string[]): RawBuilder<unknown> {
  return sql`delete from activity_waiting where position = any(${sqlArray(positions)}::bigint[])`;
}

/** A subject, and between which instants it is looked at. */
export interface Looked {
  readonly subjectId: string;
  readonly fromMs: number;
  readonly toMs: number;
}

/** What happened to subjects, each within its span. */
export function selectActivities(looked: readonly Looked[], kinds: readonly ActivityWord[]): RawBuilder<ActivityRow> {
  return sql<ActivityRow>`
    select a.* from (${spans(looked)}) s cross join lateral (
      select ${COLUMNS} from activity a
      where a.subject_id = s.subject_id and a.occur_time between s.start and s.stop
        and a.kind = any(${sqlArray(kinds)}::text[])
      order by a.occur_time desc limit ${LOOKED_AT_MAX}
    ) a
  `;
}

/** What happened to subjects before their spans: the first of it, and the last payment. */
export function selectBefore(looked: readonly Looked[], kinds: readonly ActivityWord[]): RawBuilder<ActivityRow> {
  return sql<ActivityRow>`
    select a.* from (${spans(looked)}) s cross join lateral (
      (select ${COLUMNS} from activity a
        where a.subject_id = s.subject_id and a.occur_time < s.start and a.kind = any(${sqlArray(kinds)}::text[])
        order by a.occur_time limit 1)
      union
      (select ${COLUMNS} from activity a
        where a.subject_id = s.subject_id and a.occur_time < s.start and a.kind = 'PAID_OUT'
        order by a.occur_time desc limit 1)
    ) a
  `;
}

function spans(looked: readonly Looked[]): RawBuilder<unknown> {
  const instants = (of: (one: Looked) => number) => sqlArray(looked.map((one) => new Date(of(one)).toISOString()));
  return sql`
    select * from unnest(
      ${sqlArray(looked.map(({ subjectId }) => subjectId))}::text[], ${instants(({ fromMs }) => fromMs)}::timestamptz[],
      ${instants(({ toMs }) => toMs)}::timestamptz[]
    ) as s (subject_id, start, stop)
  `;
}

/** Everything of some kinds that happened between two instants; the second is not in it. */
export function selectSpan(
  { fromMs, toMs }: Omit<Looked, 'subjectId'>,
  kinds: readonly ActivityWord[],
  limit: number,
): RawBuilder<ActivityRow> {
  return sql<ActivityRow>`
    select ${COLUMNS} from activity a
    where a.occur_time >= ${at(fromMs)} and a.occur_time < ${at(toMs)} and a.kind = any(${sqlArray(kinds)}::text[])
    limit ${limit}
  `;
}

/** A version of a rule as it is stored. */
export interface RuleRow {
  readonly ruleId: string;
  readonly version: number;
  readonly rule: JsonValue;
  readonly authorId: string;
  readonly approverId: string;
  readonly createMs: string;
}

const RULE = sql.raw(`
  rule_id as "ruleId", version, rule, author_id as "authorId", approver_id as "approverId",
  round(extract(epoch from create_time) * 1000)::text as "createMs"
`);

/** The newest version of each rule that was set. */
export function selectRules(): RawBuilder<RuleRow> {
  return sql<RuleRow>`select distinct on (rule_id) ${RULE} from monitoring_rule order by rule_id, version desc`;
}

/** All versions of a rule, newest first. */
export function selectVersions(ruleId: string): RawBuilder<RuleRow> {
  return sql<RuleRow>`select ${RULE} from monitoring_rule where rule_id = ${ruleId} order by version desc`;
}

/** Takes a rule for the rest of the transaction. */
export function lockRule(ruleId: string): RawBuilder<unknown> {
  return sql`select pg_advisory_xact_lock(hashtextextended(${`monitoring rule ${ruleId}`}, 0))`;
}

/** Writes a version of a rule. */
export function insertRule({ ruleId, version, rule, authorId, approverId, createMs }: RuleRow): RawBuilder<unknown> {
  return sql`
    insert into monitoring_rule (rule_id, version, rule, author_id, approver_id, create_time)
    values (${ruleId}, ${version}, ${JSON.stringify(rule)}::jsonb, ${authorId}, ${approverId}, ${at(Number(createMs))})
  `;
}
