// The policy of retention in force, and the statements on what is too old by it.
import { create, fromJson } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { type RawBuilder, sql } from 'kysely';
import type { Tx } from '#chassis/database.ts';
import { NEWEST, type RetentionRow, selectRetention } from '#chassis/retention-policies.ts';
import { sqlArray } from '#chassis/sql-array.ts';
import {
  RetentionPolicySchema,
  type RetentionPolicyVersion,
  RetentionPolicyVersionSchema,
} from '#gen/bank/notification/v1/retention_pb.ts';
import { FIRST_RETENTION } from './domain/retention.ts';
import type { Topic } from './domain/words.ts';

/** The policy before any was set. */
export const FIRST = create(RetentionPolicyVersionSchema, { policy: FIRST_RETENTION });
/** The policy in force. */
export async function retentionInForce({ query }: Pick<Tx, 'query'>): Promise<RetentionPolicyVersion> {
  const [row] = await query(selectRetention(NEWEST, 1));
  return row ? retentionMessage(row) : FIRST;
}

/** A policy as the contract has it. */
export function retentionMessage({ policy, createMs, ...rest }: RetentionRow): RetentionPolicyVersion {
  return create(RetentionPolicyVersionSchema, {
    ...rest,
    policy: fromJson(RetentionPolicySchema, policy, { ignoreUnknownFields: true }),
    createTime: timestampFromMs(createMs),
  });
}

/** A notice. */
export interface NoticeKey {
  readonly partyId: string;
  readonly number: number;
}

/** Of a notice that goes: none of its deliveries is on its way, or is what others that are kept went with. */
const IS_OVER = sql`
  not exists (
    select from delivery d where d.party_id = n.party_id and d.number = n.number and (d.next_time is not null or exists (
      select from delivery g where g.party_id = d.party_id and g.channel = d.channel and g.lead_number = d.number
    ))
  )
`;

/** Notices of a topic from before a time. */
export function selectOld(topic: Topic, before: Temporal.Instant, limit: number): RawBuilder<NoticeKey> {
  return sql<NoticeKey>`
    select n.party_id as "partyId", n.number from notice n
    where n.topic = ${topic} and n.create_time < ${String(before)}::timestamptz and ${IS_OVER} limit ${limit}
  `;
}

/** Locks inboxes, in the order of their ids as all do, and what is sent of these notices: nothing moves until the transaction ends. */
export function lockOld(keys: readonly NoticeKey[]): RawBuilder<unknown>[] {
  return [
    sql`select from inbox_head where party_id = any(${parties(keys)}) order by party_id for update`,
    sql`select from delivery d where (party_id, number) in (${unnested(keys)}) order by party_id, number, channel for update`,
  ];
}

/** Removes these notices, with what was sent of them. */
export function deleteOld(keys: readonly NoticeKey[]): RawBuilder<unknown> {
  return sql`
    with old as (
      select n.party_id, n.number from notice n where (n.party_id, n.number) in (${unnested(keys)}) and ${IS_OVER}
    ), undelivered as (
      delete from delivery d using old where (d.party_id, d.number) = (old.party_id, old.number)
    ), gone as (
      delete from notice n using old where (n.party_id, n.number) = (old.party_id, old.number)
      returning n.party_id, n.read_time
    )
    update inbox_head h set unread_count = h.unread_count - g.unread
    from (select party_id, count(*) filter (where read_time is null) as unread from gone group by party_id) g
    where h.party_id = g.party_id and g.unread > 0
  `;
}

const parties = (keys: readonly NoticeKey[]) => sql`${sqlArray(keys.map(({ partyId }) => partyId))}::text[]`;
const unnested = (keys: readonly NoticeKey[]) =>
  sql`select * from unnest(${parties(keys)}, ${sqlArray(keys.map(({ number }) => number))}::integer[])`;
