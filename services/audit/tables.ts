// The statements of the audit service. It has no entities: nothing that it has written is ever changed.
import { timestampDate, timestampMs } from '@bufbuild/protobuf/wkt';
import { type RawBuilder, sql } from 'kysely';
import type { Entities } from '#chassis/database.ts';
import { asBuffer } from '#chassis/encode.ts';
import type { NodePlace, TreeNode } from '#chassis/merkle-log.ts';
import { sqlArray } from '#chassis/sql-array.ts';
import { type AuditRecord, Outcome, RecordKindSchema } from '#gen/bank/audit/v1/audit_pb.ts';
import type { Asked } from './domain/search.ts';
import { bodyOf, type Ciphertexts, type RecordRow } from './messages.ts';

export const entities: Entities = [];

/** A record on its way into its log. */
export interface NewRecord {
  readonly record: AuditRecord;
  readonly ciphertexts: Ciphertexts;
  readonly leaf: Buffer;
  readonly seal: Buffer;
}

/** A place of a log. */
export interface LeafRow {
  readonly log: string;
  readonly position: string;
  readonly hash: Buffer;
  readonly seal: Buffer;
  readonly recordId: string;
}

/** A place of a log, with its record, if there is one. */
export type EntryRow = {
  readonly leafPosition: string;
  readonly leafRecordId: string;
  readonly leafOccurMs: string;
} & Pick<LeafRow, 'hash' | 'seal'> &
  (RecordRow | { readonly recordId: null });

/** The columns of a record that is read as `r`. */
export const COLUMNS = sql.raw(`
  r.record_id as "recordId", round(extract(epoch from r.occur_time) * 1000)::text as "occurMs",
  round(extract(epoch from r.known_time) * 1000)::text as "knownMs", r.log, r.position, r.previous_hash as "previousHash",
  r.event_id as "eventId", r.kind, r.rpc, r.accepted, r.reason, r.body, r.before_sealed as before, r.after_sealed as after,
  r.origin_sealed as origin
`);

const LEAF = sql.raw('l.log, l.position, l.hash, l.seal, l.record_id as "recordId"');

/** Takes a log for the rest of the transaction. */
export function lockLog(log: string): RawBuilder<unknown> {
  return sql`select pg_advisory_xact_lock(7239469, hashtext(${log}))`;
}

/** The last leaf of a log. */
export function selectLastLeaf(log: string): RawBuilder<LeafRow> {
  return sql<LeafRow>`select ${LEAF} from log_leaf l where log = ${log} order by position desc limit 1`;
}

/** The last position of each of these logs that has one. */
export function selectLastPositions(logs: readonly string[]): RawBuilder<{ name: string; position: string }> {
  return sql`
    select name, l.position::text
    from unnest(${sqlArray(logs)}::text[]) as name cross join lateral (
      select position from log_leaf where log = name order by position desc limit 1
    ) l
  `;
}

/** The leaves of a log from a position on. */
export function selectLeaves(log: string, from: number, limit: number): RawBuilder<LeafRow> {
  return sql<LeafRow>`
    select ${LEAF} from log_leaf l where log = ${log} and position >= ${from} order by position limit ${limit}
  `;
}

/** The leaf of a record. */
export function selectLeafOf(recordId: string): RawBuilder<LeafRow> {
  return sql<LeafRow>`select ${LEAF} from log_leaf l where record_id = ${recordId}`;
}

/** The nodes at these places, as far as there are such. */
export function selectNodes(
  log: string,
  places: readonly NodePlace[],
): RawBuilder<{ level: number; index: string; hash: Buffer }> {
  const [leaves, nodes] = [places.filter(({ level }) => level === 0), places.filter(({ level }) => level > 0)];
  return sql<{ level: number; index: string; hash: Buffer }>`
    select 0 as level, position as index, hash from log_leaf
    where log = ${log} and position = any(${sqlArray(leaves.map(({ index }) => index))}::bigint[])
    union all
    select n.level, n.index, n.hash from log_node n
    join unnest(
      ${sqlArray(nodes.map(({ level }) => level))}::smallint[], ${sqlArray(nodes.map(({ index }) => index))}::bigint[]
    ) as asked (level, index) using (level, index)
    where n.log = ${log}
  `;
}

/** Makes sure that records of the month of an instant have a place. */
export function makeMonth(instant: Date): RawBuilder<unknown> {
  return sql`select make_audit_month(${instant.toISOString()}::timestamptz)`;
}

/** Writes records with their leaves, and the nodes that are whole with them. */
export function insertRecords(
  log: string,
  added: readonly NewRecord[],
  nodes: readonly TreeNode[],
): RawBuilder<unknown> {
  return sql`
    with leaf as (${insertLeaves(log, added)}), node as (${insertNodes(log, nodes)})
    insert into audit_record (record_id, occur_time, known_time, log, position, previous_hash, event_id, kind, rpc, accepted,
      reason, body, before_sealed, after_sealed, origin_sealed)
    select record_id, occur_time, known_time, ${log}, position, previous_hash, event_id, kind, rpc, accepted, reason, body,
      before_sealed, after_sealed, origin_sealed
    from unnest(${recordArrays(added)}) as r (record_id, occur_time, known_time, position, previous_hash, event_id, kind, rpc,
      accepted, reason, body, before_sealed, after_sealed, origin_sealed)
  `;
}

function recordArrays(added: readonly NewRecord[]): RawBuilder<unknown> {
  const of = (value: (record: AuditRecord) => string | boolean | bigint) =>
    sqlArray(added.map(({ record }) => value(record)));
  const sealed = (part: keyof Ciphertexts) =>
    sqlArray(added.map(({ ciphertexts }) => (ciphertexts[part] ? asBuffer(ciphertexts[part]) : null)));
  return sql`
    ${of(({ recordId }) => recordId)}::text[], ${of(occurredAt)}::timestamptz[], ${of(knownAt)}::timestamptz[],
    ${of(({ position }) => position)}::bigint[],
    ${sqlArray(added.map(({ record }) => asBuffer(record.previousHash)))}::bytea[],
    ${of(({ eventId }) => eventId)}::text[], ${of(({ kind }) => RecordKindSchema.value[kind]?.localName ?? '')}::text[],
    ${of(({ rpc }) => rpc)}::text[], ${of(({ outcome }) => outcome === Outcome.DONE)}::boolean[],
    ${of(({ reason }) => reason)}::text[], ${of((record) => JSON.stringify(bodyOf(record)))}::jsonb[],
    ${sealed('before')}::bytea[], ${sealed('after')}::bytea[], ${sealed('origin')}::bytea[]
  `;
}

function insertLeaves(log: string, added: readonly NewRecord[]): RawBuilder<unknown> {
  return sql`
    insert into log_leaf (log, position, hash, seal, record_id, occur_time)
    select ${log}, * from unnest(
      ${sqlArray(added.map(({ record }) => record.position))}::bigint[],
      ${sqlArray(added.map(({ leaf }) => leaf))}::bytea[],
      ${sqlArray(added.map(({ seal }) => seal))}::bytea[],
      ${sqlArray(added.map(({ record }) => record.recordId))}::text[],
      ${sqlArray(added.map(({ record }) => occurredAt(record)))}::timestamptz[]
    )
  `;
}

function insertNodes(log: string, nodes: readonly TreeNode[]): RawBuilder<unknown> {
  return sql`
    insert into log_node (log, level, index, hash)
    select ${log}, * from unnest(
      ${sqlArray(nodes.map(({ level }) => level))}::smallint[],
      ${sqlArray(nodes.map(({ index }) => index))}::bigint[],
      ${sqlArray(nodes.map(({ hash }) => hash))}::bytea[]
    )
  `;
}

const occurredAt = ({ occurTime }: AuditRecord): string => isoOf(occurTime);
const knownAt = ({ knownTime }: AuditRecord): string => isoOf(knownTime);

function isoOf(time: AuditRecord['occurTime']): string {
  return time ? timestampDate(time).toISOString() : '';
}

/** A record by its id. */
export function selectRecord(recordId: string): RawBuilder<RecordRow> {
  return sql<RecordRow>`
    select ${COLUMNS} from log_leaf l join audit_record r on r.occur_time = l.occur_time and r.record_id = l.record_id
    where l.record_id = ${recordId}
  `;
}

/** The places of a log from a position on, each with its record, if there is one. */
export function selectEntries(log: string, from: number, limit: number): RawBuilder<EntryRow> {
  return sql<EntryRow>`
    select ${COLUMNS}, l.position as "leafPosition", l.hash, l.seal, l.record_id as "leafRecordId",
      round(extract(epoch from l.occur_time) * 1000)::text as "leafOccurMs"
    from log_leaf l left join audit_record r on r.occur_time = l.occur_time and r.record_id = l.record_id
    where l.log = ${log} and l.position >= ${from} order by l.position limit ${limit}
  `;
}

/** The records that fit, newest first; those after a place in that order. */
export function selectRecords(
  asked: Asked,
  { after, limit }: { readonly after: readonly string[] | undefined; readonly limit: number },
): RawBuilder<RecordRow> {
  return sql<RecordRow>`
    select ${COLUMNS} from audit_record r
    where ${sql.join(conditions(asked, after), sql` and `)}
    order by r.occur_time desc, r.record_id desc limit ${limit}
  `;
}

function conditions(
  { filter, mergedParties, mergedResources }: Asked,
  after: readonly string[] | undefined,
): RawBuilder<unknown>[] {
  const { partyId, resourceId, actorId, rpc, reason, outcome, kind, startTime, endTime } = filter;
  const [afterMs, afterId] = after ?? [];
  const has = (body: object) => sql`r.body @> ${JSON.stringify(body)}::jsonb`;
  const concerns = [partyId, ...mergedParties].flatMap((id) => [
    { actor: { partyId: id } },
    { actor: { approverId: id } },
    { before: { partyId: id } },
    { after: { partyId: id } },
    { resourceIds: [id] },
  ]);
  const resources = [resourceId, ...mergedResources].map((id) => has({ resourceIds: [id] }));
  // Not as text: the last instants of the year 9999 are of the year 10000 to the millisecond, which has five digits.
  const at = (ms: number) => sql`to_timestamp(${ms}::float8 / 1000)`;
  return [
    sql`true`,
    ...(partyId ? [sql`(${sql.join(concerns.map(has), sql` or `)})`] : []),
    ...(resourceId ? [sql`(${sql.join(resources, sql` or `)})`] : []),
    ...(actorId ? [sql`r.body #>> '{actor,partyId}' = ${actorId}`] : []),
    ...(rpc ? [sql`r.rpc = ${rpc}`] : []),
    ...(reason ? [sql`r.reason = ${reason}`] : []),
    ...(outcome ? [sql`r.accepted = ${outcome === Outcome.DONE}`] : []),
    ...(kind ? [sql`r.kind = ${RecordKindSchema.value[kind]?.localName ?? ''}`] : []),
    ...(startTime ? [sql`r.occur_time >= ${at(timestampMs(startTime))}`] : []),
    ...(endTime ? [sql`r.occur_time < ${at(timestampMs(endTime))}`] : []),
    ...(afterId !== undefined ? [sql`(r.occur_time, r.record_id) < (${at(Number(afterMs))}, ${afterId})`] : []),
  ];
}
