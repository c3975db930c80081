// The statements of monitoring on what was found, and on what people do about it.
import { toBinary } from '@bufbuild/protobuf';
import { type RawBuilder, sql } from 'kysely';
import { asBuffer } from '#chassis/encode.ts';
import { sqlArray } from '#chassis/sql-array.ts';
import { type Sealed, SealedSchema } from '#gen/bank/type/v1/sealed_pb.ts';
import type { Activity } from './domain/activity.ts';
import { type ActivityRow, at } from './monitoring-tables.ts';

/** Where a case is in its life. */
export type CaseWord = 'OPEN' | 'UNDER_REVIEW' | 'DISMISSED' | 'REPORTED';

/** A case as it is stored. Times are milliseconds since the epoch. */
export interface CaseRow {
  readonly caseId: string;
  readonly subjectId: string;
  readonly state: CaseWord;
  readonly assigneeId: string;
  readonly createMs: string;
  readonly updateMs: string;
}

/** An alert as it is stored. */
export interface AlertRow {
  readonly alertId: string;
  readonly caseId: string;
  readonly ruleId: string;
  readonly ruleVersion: number;
  readonly subjectId: string;
  readonly startMs: string;
  readonly endMs: string;
  readonly createMs: string;
  readonly evidenceCount: number;
}

/** A note as it is stored. */
export interface NoteRow {
  readonly noteNumber: number;
  readonly authorId: string;
  readonly sealed: Buffer;
  readonly createMs: string;
}

const ms = (column: string) => `round(extract(epoch from ${column}) * 1000)::text`;

const CASE = sql.raw(`
  case_id as "caseId", subject_id as "subjectId", state, assignee_id as "assigneeId", ${ms('create_time')} as "createMs",
  ${ms('update_time')} as "updateMs"
`);

const ALERT = sql.raw(`
  a.alert_id as "alertId", a.case_id as "caseId", a.rule_id as "ruleId", a.rule_version as "ruleVersion",
  a.subject_id as "subjectId", ${ms('a.start_time')} as "startMs", ${ms('a.end_time')} as "endMs",
  ${ms('a.create_time')} as "createMs", a.evidence_count as "evidenceCount"
`);

const AT_WORK = sql.raw(`state in ('OPEN', 'UNDER_REVIEW')`);

/** Which cases to list. What is empty is no condition. */
export interface CaseFilter {
  readonly state: CaseWord | undefined;
  readonly assigneeId: string;
  readonly subjectId: string;
}

/** The cases that fit, newest first; those after one in that order. */
export function selectCases(
  { state, assigneeId, subjectId }: CaseFilter,
  { after, limit }: { readonly after: string | undefined; readonly limit: number },
): RawBuilder<CaseRow> {
  return sql<CaseRow>`
    select ${CASE} from monitoring_case
    where true ${state ? sql`and state = ${state}` : sql``} ${assigneeId ? sql`and assignee_id = ${assigneeId}` : sql``}
      ${subjectId ? sql`and subject_id = ${subjectId}` : sql``} ${after ? sql`and case_id < ${after}` : sql``}
    order by case_id desc limit ${limit}
  `;
}

/** A case. */
export function selectCase(caseId: string): RawBuilder<CaseRow> {
  return sql<CaseRow>`select ${CASE} from monitoring_case where case_id = ${caseId}`;
}

/** A case, for the rest of the transaction. */
export function lockCase(caseId: string): RawBuilder<CaseRow> {
  return sql<CaseRow>`${selectCase(caseId)} for update`;
}

/** The case about a subject that has not ended, for the rest of the transaction. */
export function lockCaseOf(subjectId: string): RawBuilder<CaseRow> {
  return sql<CaseRow>`select ${CASE} from monitoring_case where subject_id = ${subjectId} and ${AT_WORK} for update`;
}

/** Opens a case. */
export function insertCase({ caseId, subjectId, createMs }: CaseRow): RawBuilder<unknown> {
  return sql`
    insert into monitoring_case (case_id, subject_id, state, create_time, update_time)
    values (${caseId}, ${subjectId}, 'OPEN', ${at(Number(createMs))}, ${at(Number(createMs))})
  `;
}

/** Changes a case. */
export function updateCase({ caseId, state, assigneeId, updateMs }: CaseRow): RawBuilder<unknown> {
  return sql`
    update monitoring_case set state = ${state}, assignee_id = ${assigneeId}, update_time = ${at(Number(updateMs))}
    where case_id = ${caseId}
  `;
}

/** Which alerts to list. What is empty is no condition. */
export interface AlertFilter {
  readonly caseId: string;
  readonly subjectId: string;
  readonly ruleId: string;
}

/** The alerts that fit, newest first; those after one in that order. */
export function selectAlerts(
  { caseId, subjectId, ruleId }: AlertFilter,
  { after, limit }: { readonly after: string | undefined; readonly limit: number },
): RawBuilder<AlertRow> {
  return sql<AlertRow>`
    select ${ALERT} from alert a
    where true ${caseId ? sql`and case_id = ${caseId}` : sql``} ${subjectId ? sql`and subject_id = ${subjectId}` : sql``}
      ${ruleId ? sql`and rule_id = ${ruleId}` : sql``} ${after ? sql`and alert_id < ${after}` : sql``}
    order by alert_id desc limit ${limit}
  `;
}

/** The alert of a rule in a case that is no further than a window from a span. */
export function selectAlertNear(
  { caseId, ruleId, startMs, endMs }: Pick<AlertRow, 'caseId' | 'ruleId' | 'startMs' | 'endMs'>,
  windowMs: number,
): RawBuilder<AlertRow> {
  return sql<AlertRow>`
    select ${ALERT} from alert a
    where case_id = ${caseId} and rule_id = ${ruleId}
      and start_time <= ${at(Number(endMs) + windowMs)} and end_time >= ${at(Number(startMs) - windowMs)}
    order by alert_id limit 1
  `;
}

/** Writes an alert, as yet without evidence. */
export function insertAlert(row: AlertRow): RawBuilder<unknown> {
  return sql`
    insert into alert (alert_id, case_id, rule_id, rule_version, subject_id, start_time, end_time, create_time, evidence_count)
    values (${row.alertId}, ${row.caseId}, ${row.ruleId}, ${row.ruleVersion}, ${row.subjectId}, ${at(Number(row.startMs))},
      ${at(Number(row.endMs))}, ${at(Number(row.createMs))}, 0)
  `;
}

/** Rests an alert on evidence that it does not rest on yet. Answers how much of it that was. */
export function addEvidence(alertId: string, evidence: readonly Activity[]): RawBuilder<{ added: number }> {
  return sql<{ added: number }>`
    with added as (
      insert into alert_evidence (alert_id, occur_time, kind, event_id)
      select ${alertId}, * from unnest(
        ${sqlArray(evidence.map(({ timeMs }) => new Date(timeMs).toISOString()))}::timestamptz[],
        ${sqlArray(evidence.map(({ kind }) => kind))}::text[],
        ${sqlArray(evidence.map(({ eventId }) => eventId))}::text[]
      )
      on conflict do nothing returning occur_time
    ), summed as (select count(*)::int as added, min(occur_time) as first, max(occur_time) as last from added),
    extended as (
      update alert set evidence_count = evidence_count + added, start_time = least(start_time, first),
        end_time = greatest(end_time, last)
      from summed where alert_id = ${alertId} and added > 0
    )
    select added from summed
  `;
}

/** What alerts rest on, in its order; of each, the first so many. */
export function selectEvidence(
  alertIds: readonly string[],
  limit: number,
): RawBuilder<ActivityRow & { readonly alertId: string }> {
  return sql`
    select a.alert_id as "alertId", v.* from alert a cross join lateral (
      select c.subject_id as "subjectId", round(extract(epoch from c.occur_time) * 1000)::text as "occurMs", c.kind,
        c.event_id as "eventId", c.record_id as "recordId", c.resource_ids as "resourceIds", c.currency_code as currency,
        c.minor::text as minor
      from alert_evidence e join activity c
        on c.subject_id = a.subject_id and c.occur_time = e.occur_time and c.kind = e.kind and c.event_id = e.event_id
      where e.alert_id = a.alert_id order by e.occur_time, e.kind, e.event_id limit ${limit}
    ) v
    where a.alert_id = any(${sqlArray(alertIds)}::text[])
  `;
}

/** The notes of a case, in their order. */
export function selectNotes(caseId: string): RawBuilder<NoteRow> {
  return sql<NoteRow>`
    select note_number as "noteNumber", author_id as "authorId", text_sealed as sealed,
      ${sql.raw(ms('create_time'))} as "createMs"
    from case_note where case_id = ${caseId} order by note_number
  `;
}

/** How many notes a case has. */
export function countNotes(caseId: string): RawBuilder<{ count: number }> {
  return sql<{ count: number }>`select count(*)::int as count from case_note where case_id = ${caseId}`;
}

/** Writes a note. */
export function insertNote(
  caseId: string,
  note: { noteNumber: number; authorId: string; sealed: Sealed; createMs: number },
): RawBuilder<unknown> {
  return sql`
    insert into case_note (case_id, note_number, author_id, text_sealed, create_time)
    values (${caseId}, ${note.noteNumber}, ${note.authorId}, ${asBuffer(toBinary(SealedSchema, note.sealed))}, ${at(note.createMs)})
  `;
}
