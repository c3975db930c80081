// Policies of retention as services store them, each in a table of its own: versions that are only added to, of which the newest is in force. What a
// policy says is the service's; here it is the JSON of its contract.
import type { JsonValue } from '@bufbuild/protobuf';
import { type RawBuilder, sql } from 'kysely';

/** A policy as it is stored. */
export interface RetentionRow {
  readonly version: number;
  readonly policy: JsonValue;
  readonly authorId: string;
  readonly approverId: string;
  readonly createMs: number;
}

/** Before no version. */
export const NEWEST = 2 ** 31 - 1;

/** The policies up to before a version, newest first. */
export function selectRetention(before: number, limit: number): RawBuilder<RetentionRow> {
  return sql<RetentionRow>`
    select version, policy, author_id as "authorId", approver_id as "approverId",
      floor(extract(epoch from create_time) * 1000)::float8 as "createMs"
    from retention_policy where version < ${before} order by version desc limit ${limit}
  `;
}

/** Locks the policy until the transaction ends, so that changes follow each other. */
export function lockRetention(): RawBuilder<unknown> {
  return sql`select pg_advisory_xact_lock(hashtextextended('retention policy', 0))`;
}

/** Puts a policy in force. */
export function insertRetention(row: RetentionRow): RawBuilder<unknown> {
  return sql`
    insert into retention_policy (version, policy, author_id, approver_id, create_time)
    values (${row.version}, ${JSON.stringify(row.policy)}::jsonb, ${row.authorId}, ${row.approverId}, ${new Date(row.createMs)})
  `;
}
