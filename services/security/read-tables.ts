// The statements on policies of recording reads.
import type { JsonValue } from '@bufbuild/protobuf';
import { type RawBuilder, sql } from 'kysely';

/** A policy as it is stored. */
export interface ReadPolicyRow {
  readonly version: number;
  readonly policy: JsonValue;
  readonly authorId: string;
  readonly approverId: string;
  readonly createMs: string;
}

/** The policies up to before a version, newest first. */
export function selectReadPolicies(before: number, limit: number): RawBuilder<ReadPolicyRow> {
  return sql<ReadPolicyRow>`
    select version, policy, author_id as "authorId", approver_id as "approverId",
      round(extract(epoch from create_time) * 1000)::text as "createMs"
    from read_recording_policy where version < ${before} order by version desc limit ${limit}
  `;
}

/** Locks the policy until the transaction ends, so that changes follow each other. */
export function lockReadPolicy(): RawBuilder<unknown> {
  return sql`select pg_advisory_xact_lock(hashtextextended('read_recording_policy', 0))`;
}

/** Puts a policy in force. */
export function insertReadPolicy({
  version,
  policy,
  authorId,
  approverId,
  createMs,
}: ReadPolicyRow): RawBuilder<unknown> {
  return sql`
    insert into read_recording_policy (version, policy, author_id, approver_id, create_time)
    values (${version}, ${JSON.stringify(policy)}::jsonb, ${authorId}, ${approverId}, ${new Date(Number(createMs))})
  `;
}
