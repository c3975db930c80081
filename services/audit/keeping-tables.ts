// The statements on policies of retention and on legal holds.
import { create, fromBinary, fromJson, toBinary } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { type RawBuilder, sql } from 'kysely';
import type { Tx } from '#chassis/database.ts';
import { asBuffer } from '#chassis/encode.ts';
import { NEWEST, type RetentionRow, selectRetention } from '#chassis/retention-policies.ts';
import type { Vault } from '#chassis/sealing.ts';
import {
  type LegalHold,
  LegalHoldSchema,
  RetentionPolicySchema,
  type RetentionPolicyVersion,
  RetentionPolicyVersionSchema,
} from '#gen/bank/audit/v1/keeping_pb.ts';
import { type Sealed, SealedSchema } from '#gen/bank/type/v1/sealed_pb.ts';
import { type Covering, FIRST_RETENTION } from './domain/keeping.ts';

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

/** A hold as it is stored. */
export interface HoldRow {
  readonly legalHoldId: string;
  readonly partyId: string;
  readonly resourceId: string;
  readonly startMs: string | null;
  readonly endMs: string | null;
  readonly reason: Buffer;
  readonly authorId: string;
  readonly createMs: string;
  readonly releaseMs: string | null;
  readonly releaserId: string;
  readonly approverId: string;
}

const ms = (column: string) => `round(extract(epoch from ${column}) * 1000)::text`;
const HOLD = sql.raw(`
  hold_id as "legalHoldId", party_id as "partyId", resource_id as "resourceId", ${ms('start_time')} as "startMs",
  ${ms('end_time')} as "endMs", reason_sealed as reason, author_id as "authorId", ${ms('create_time')} as "createMs",
  ${ms('release_time')} as "releaseMs", releaser_id as "releaserId", approver_id as "approverId"
`);

/** Lets nothing be cleared or disposed of until the transaction ends, or waits until that is done. */
export function lockHolds(): RawBuilder<unknown> {
  return sql`select pg_advisory_xact_lock(hashtextextended('legal holds', 0))`;
}

/** Holds, newest first, after one in that order. */
export function selectHolds(
  released: boolean,
  { after, limit }: { readonly after: string | undefined; readonly limit: number },
): RawBuilder<HoldRow> {
  return sql<HoldRow>`
    select ${HOLD} from legal_hold
    where (${released} or release_time is null) ${after ? sql`and hold_id < ${after}` : sql``}
    order by hold_id desc limit ${limit}
  `;
}

/** A hold, locked until the transaction ends. */
export function lockHold(holdId: string): RawBuilder<HoldRow> {
  return sql<HoldRow>`select ${HOLD} from legal_hold where hold_id = ${holdId} for update`;
}

/** The holds that were not released. */
export async function activeHolds({ query }: Pick<Tx, 'query'>): Promise<Covering[]> {
  const rows = await query(sql<HoldRow>`select ${HOLD} from legal_hold where release_time is null`);
  const msOf = (text: string | null) => (text === null ? undefined : Number(text));
  return rows.map(({ partyId, resourceId, startMs, endMs }) => ({
    partyId,
    resourceId,
    startMs: msOf(startMs),
    endMs: msOf(endMs),
  }));
}

/** Places a hold. */
export function insertHold(row: Omit<HoldRow, 'reason'> & { readonly sealed: Sealed }): RawBuilder<unknown> {
  return sql`
    insert into legal_hold (hold_id, party_id, resource_id, start_time, end_time, reason_sealed, author_id, create_time)
    values (${row.legalHoldId}, ${row.partyId}, ${row.resourceId}, ${instant(row.startMs)}, ${instant(row.endMs)},
      ${asBuffer(toBinary(SealedSchema, row.sealed))}, ${row.authorId}, ${instant(row.createMs)})
  `;
}

/**
 * Places the holds of a party, and of all with whom they were merged, on each of these as well, unless that was done. A copy is called as
 * what it is a copy of, so that it has none of its own, and for whom it is.
 */
export function spreadHolds(partyId: string): RawBuilder<unknown> {
  const root = (id: string) => sql`split_part(${sql.ref(id)}, '-', 1)`;
  return sql`
    with recursive family as (
      select survivor_of(${partyId}) collate "C" as id
      union select m.party_id from merged_party m join family f on m.survivor_id = f.id
    )
    insert into legal_hold (hold_id, party_id, resource_id, start_time, end_time, reason_sealed, author_id, create_time)
    select ${root('h.hold_id')} || '-' || p.id, p.id, h.resource_id, h.start_time, h.end_time, h.reason_sealed, h.author_id,
      clock_timestamp()
    from legal_hold h join family whose on whose.id = h.party_id cross join family p
    where h.release_time is null
      and not exists (select from legal_hold o where o.party_id = p.id and ${root('o.hold_id')} = ${root('h.hold_id')})
    on conflict do nothing
  `;
}

/** Releases a hold. */
export function releaseHold(row: HoldRow): RawBuilder<unknown> {
  return sql`
    update legal_hold set release_time = ${instant(row.releaseMs)}, releaser_id = ${row.releaserId}, approver_id = ${row.approverId}
    where hold_id = ${row.legalHoldId}
  `;
}

function instant(text: string | null): RawBuilder<unknown> {
  return sql`${text === null ? null : new Date(Number(text)).toISOString()}::timestamptz`;
}

/** How the reasons of holds are sealed. */
export const REASON_CONTEXT = 'audit.legal-hold';

/** A hold as the contract has it. */
export async function holdMessage(vault: Vault, row: HoldRow): Promise<LegalHold> {
  const { startMs, endMs, createMs, releaseMs, reason: sealed, ...rest } = row;
  const reason = await vault.open(fromBinary(SealedSchema, sealed), REASON_CONTEXT);
  const at = (name: string, text: string | null) => (text === null ? {} : { [name]: timestampFromMs(Number(text)) });
  return create(LegalHoldSchema, {
    ...rest,
    reason: reason?.toString() ?? '',
    ...at('startTime', startMs),
    ...at('endTime', endMs),
    ...at('createTime', createMs),
    ...at('releaseTime', releaseMs),
  });
}
