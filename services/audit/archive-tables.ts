// The statements on the archive: which files it has, and which months are due.
import { type RawBuilder, sql } from 'kysely';
import { sqlArray } from '#chassis/sql-array.ts';
import type { RecordRow } from './messages.ts';
import { COLUMNS } from './tables.ts';

/** A file of the archive as it is stored. Times in milliseconds since the epoch, as text. */
export interface FileRow {
  readonly key: string;
  readonly monthMs: string;
  readonly generation: number;
  readonly slice: number;
  readonly className: string;
  readonly firstMs: string;
  readonly lastMs: string;
  readonly lastId: string;
  readonly recordCount: number;
  readonly digest: Buffer;
  readonly policyVersion: number;
}

/** A place among records by time. */
export interface Place {
  readonly ms: number;
  readonly id: string;
}

const ms = (column: string) => `round(extract(epoch from ${column}) * 1000)::text`;
const FILE = sql.raw(`
  f.key, ${ms('f.month')} as "monthMs", f.generation, f.slice, f.class_name as "className", ${ms('f.first_time')} as "firstMs",
  ${ms('f.last_time')} as "lastMs", f.last_id as "lastId", f.record_count as "recordCount", f.digest,
  f.policy_version as "policyVersion"
`);
/** Where the archive alone has the records. */
const CLEARED = sql`exists (select from archive_month m where m.month = f.month and m.generation = f.generation)`;

/** Not as text: instants go beyond the year 9999. */
function at(time: number): RawBuilder<unknown> {
  if (time === Number.POSITIVE_INFINITY) return sql`'infinity'::timestamptz`;
  if (time === Number.NEGATIVE_INFINITY) return sql`'-infinity'::timestamptz`;
  return sql`to_timestamp(${time}::float8 / 1000)`;
}

/** The months that have a partition, as `2026_05`. */
export function selectMonths(): RawBuilder<{ month: string }> {
  return sql<{ month: string }>`
    select right(c.relname, 7) as month from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'audit_record'::regclass order by c.relname
  `;
}

/** The records of a span in the database, oldest first, after a place in that order. */
export function selectOldest(fromMs: number, toMs: number, after: Place, limit: number): RawBuilder<RecordRow> {
  return sql<RecordRow>`
    select ${COLUMNS} from audit_record r
    where r.occur_time >= ${at(fromMs)} and r.occur_time < ${at(toMs)} and (r.occur_time, r.record_id) > (${at(after.ms)}, ${after.id})
    order by r.occur_time, r.record_id limit ${limit}
  `;
}

/** How often a month was cleared. */
export function countClearings(monthMs: number): RawBuilder<{ count: number }> {
  return sql<{ count: number }>`select count(*)::int as count from archive_month where month = ${at(monthMs)}`;
}

/** The files of one generation of a month, in their order. */
export function selectGeneration(monthMs: number, generation: number): RawBuilder<FileRow> {
  return sql<FileRow>`
    select ${FILE} from archive_file f where f.month = ${at(monthMs)} and f.generation = ${generation} order by f.slice, f.class_name
  `;
}

/** Writes the files of a slice; those that are there already stay. */
export function insertFiles(files: readonly FileRow[]): RawBuilder<unknown> {
  const of = (value: (file: FileRow) => string | number | Buffer) => sqlArray(files.map(value));
  const times = (value: (file: FileRow) => string) =>
    sqlArray(files.map((file) => new Date(Number(value(file))).toISOString()));
  return sql`
    insert into archive_file (key, month, generation, slice, class_name, first_time, last_time, last_id, record_count, digest,
      policy_version)
    select * from unnest(
      ${of(({ key }) => key)}::text[], ${times(({ monthMs }) => monthMs)}::timestamptz[],
      ${of(({ generation }) => generation)}::integer[], ${of(({ slice }) => slice)}::integer[],
      ${of(({ className }) => className)}::text[], ${times(({ firstMs }) => firstMs)}::timestamptz[],
      ${times(({ lastMs }) => lastMs)}::timestamptz[], ${of(({ lastId }) => lastId)}::text[],
      ${of(({ recordCount }) => recordCount)}::integer[], ${of(({ digest }) => digest)}::bytea[],
      ${of(({ policyVersion }) => policyVersion)}::integer[]
    )
    on conflict do nothing
  `;
}

/** Whether a hold covers anything of a month in the database. */
export function selectHeld(monthMs: number): RawBuilder<{ held: boolean }> {
  return sql<{ held: boolean }>`select audit_month_held(${at(monthMs)}) as held`;
}

/** Takes a month out of the database, if the archive has it all. */
export function clearMonth(monthMs: number): RawBuilder<{ outcome: string }> {
  return sql<{ outcome: string }>`select clear_audit_month(${at(monthMs)}) as outcome`;
}

/** The files that may have records from a time on and before a place, as far back as the last of them begins. */
export function selectWindow(fromMs: number, before: Place): RawBuilder<FileRow & { readonly windowMs: string }> {
  const begins = sql`(f.first_time < ${at(before.ms)} or (f.first_time = ${at(before.ms)} and ${before.id !== ''}))`;
  const there = sql`f.decide_time is null and ${CLEARED}`;
  return sql`
    with edge as (
      select max(f.first_time) as first from archive_file f
      where ${begins} and f.last_time >= ${at(fromMs)} and ${there}
    )
    select ${FILE}, ${sql.raw(ms('edge.first'))} as "windowMs" from archive_file f, edge
    where ${begins} and f.last_time >= edge.first and ${there}
  `;
}

/** The files that may have a record of one of some times, those that were disposed of too. */
export function selectFilesAt(times: readonly number[]): RawBuilder<FileRow & { readonly disposed: boolean }> {
  const instants = sqlArray([...new Set(times)].map((time) => new Date(time).toISOString()));
  return sql`
    select ${FILE}, f.decide_time is not null as disposed from archive_file f
    where exists (select from unnest(${instants}::timestamptz[]) t (instant) where f.first_time <= t.instant and f.last_time >= t.instant)
      and ${CLEARED}
  `;
}

/** The files of which nothing is decided yet, of a class and months up to one, oldest first. */
export function selectDue(className: string, untilMs: number): RawBuilder<FileRow> {
  return sql<FileRow>`
    select ${FILE} from archive_file f
    where f.class_name = ${className} and f.month <= ${at(untilMs)} and f.decide_time is null and ${CLEARED}
    order by f.month, f.generation, f.slice
  `;
}

/** The classes of which there are files. */
export function selectClasses(): RawBuilder<{ className: string }> {
  return sql<{
    className: string;
  }>`select distinct class_name as "className" from archive_file where decide_time is null`;
}

/** Decides that a file is disposed of. */
export function decideDisposal(key: string, policyVersion: number): RawBuilder<unknown> {
  return sql`update archive_file set decide_time = now(), disposal_version = ${policyVersion} where key = ${key} and decide_time is null`;
}

/** Files that are to be removed. */
export function selectDecided(): RawBuilder<FileRow & { readonly decideMs: string; readonly disposalVersion: number }> {
  return sql`
    select ${FILE}, ${sql.raw(ms('f.decide_time'))} as "decideMs", f.disposal_version as "disposalVersion" from archive_file f
    where f.decide_time is not null and f.dispose_time is null
  `;
}

/** Says that a file is removed. */
export function finishDisposal(key: string): RawBuilder<unknown> {
  return sql`update archive_file set dispose_time = now() where key = ${key}`;
}

/** Where records stand in time, as their logs say; those of which there is no such place are left out. */
export function selectTimes(recordIds: readonly string[]): RawBuilder<{ recordId: string; occurMs: string }> {
  return sql<{ recordId: string; occurMs: string }>`
    select record_id as "recordId", ${sql.raw(ms('occur_time'))} as "occurMs" from log_leaf
    where record_id = any(${sqlArray(recordIds)}::text[])
  `;
}

/** Forgets activities that no rule looks back to. Answers how many. */
export function forgetActivities(
  beforeMs: number,
  large: ReadonlyMap<string, bigint>,
  largeBeforeMs: number,
  most: number,
): RawBuilder<{ forgotten: number }> {
  const amounts = JSON.stringify(Object.fromEntries([...large].map(([currency, minor]) => [currency, String(minor)])));
  return sql<{ forgotten: number }>`
    select forget_activities(${at(beforeMs)}, ${amounts}::jsonb, ${at(largeBeforeMs)}, ${most}) as forgotten
  `;
}
