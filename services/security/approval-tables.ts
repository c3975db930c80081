// The statements about approvals.
import type { JsonObject } from '@bufbuild/protobuf';
import { type RawBuilder, sql } from 'kysely';
import { sqlArray } from '#chassis/sql-array.ts';
import type { Actor } from '#gen/bank/type/v1/actor_pb.ts';
import { reachOf, type State } from './domain/approval.ts';

/** A request that somebody else has to approve, as its row stands. */
export interface ApprovalRow {
  readonly id: string;
  readonly rpc: string;
  readonly requestId: string;
  readonly makerId: string;
  readonly branchId: string;
  readonly call: JsonObject;
  readonly approvers: readonly string[];
  readonly rule: string;
  /** Sealed. */
  readonly request: Buffer;
  readonly state: State;
  readonly approverId: string;
  /** Milliseconds since the epoch. */
  readonly createMs: number;
  readonly expireMs: number;
  readonly decideMs: number | null;
  readonly outcome: Buffer | null;
  readonly reason: string;
  readonly version: number;
}

const ms = (column: string) => sql`(extract(epoch from ${sql.ref(column)}) * 1000)::float8`;

const APPROVAL = sql`
  id, rpc, request_id as "requestId", maker_id as "makerId", branch_id as "branchId", call, approvers, rule, request, state,
  approver_id as "approverId", ${ms('create_time')} as "createMs", ${ms('expire_time')} as "expireMs",
  ${ms('decide_time')} as "decideMs", outcome, reason, version
`;

/** Keeps a new request. */
export function insertApproval(
  made: Pick<
    ApprovalRow,
    'id' | 'rpc' | 'requestId' | 'makerId' | 'branchId' | 'call' | 'approvers' | 'rule' | 'request'
  > & { createTime: Date; expireTime: Date },
): RawBuilder<unknown> {
  return sql`
    insert into approval (id, rpc, request_id, maker_id, branch_id, call, approvers, rule, request, state, create_time,
      expire_time, version)
    values (${made.id}, ${made.rpc}, ${made.requestId}, ${made.makerId}, ${made.branchId}, ${JSON.stringify(made.call)},
      ${[...made.approvers]}::text[], ${made.rule}, ${made.request}, 'pending', ${made.createTime}, ${made.expireTime}, 1)
  `;
}

/** An approval. */
export function selectApproval(id: string): RawBuilder<ApprovalRow> {
  return sql<ApprovalRow>`select ${APPROVAL} from approval where id = ${id}`;
}

/** An approval, locked. */
export function lockApproval(id: string): RawBuilder<ApprovalRow> {
  return sql<ApprovalRow>`select ${APPROVAL} from approval where id = ${id} for update`;
}

/** Who might decide on approvals that wait: whoever has one of the roles that may, wherever they work. */
export function selectCandidates(ids: readonly string[]): RawBuilder<Candidate> {
  return sql<Candidate>`
    select a.id as "approvalId", a.maker_id as "makerId", a.branch_id as "askedBranchId", a.approvers,
      s.id as "staffId", s.branch_id as "branchId", s.roles
    from approval a join staff_member s on s.state = 'active' and s.roles && a.approvers
    where a.id = any(${sqlArray(ids)}::text[]) and a.state = 'pending'
    order by a.id, s.id
  `;
}

/** A member of staff beside an approval. */
export interface Candidate {
  readonly approvalId: string;
  readonly makerId: string;
  readonly askedBranchId: string;
  readonly approvers: readonly string[];
  readonly staffId: string;
  readonly branchId: string;
  readonly roles: readonly string[];
}

/** The approval of a call, by its key. */
export function selectByCall(makerId: string, rpc: string, requestId: string): RawBuilder<{ id: string }> {
  return sql<{ id: string }>`
    select id from approval where maker_id = ${makerId} and rpc = ${rpc} and request_id = ${requestId}
  `;
}

/**
 * The approvals that somebody may decide on or made, newest first; `all` of them for an auditor. Of a state: what has
 * expired is no longer pending, whether that was written or not.
 */
export function selectApprovals(page: {
  who: Pick<Actor, 'partyId' | 'branchId' | 'roles'>;
  all: boolean;
  state: State | undefined;
  now: Date;
  before: string | undefined;
  limit: number;
}): RawBuilder<ApprovalRow> {
  const { who, all, state, now, before, limit } = page;
  const { ofBank, ofBranch } = reachOf(who);
  const effective = sql`case when state = 'pending' and expire_time <= ${now} then 'expired' else state end`;
  return sql<ApprovalRow>`
    select ${APPROVAL} from approval
    where (${all}::boolean or maker_id = ${who.partyId} or approvers && ${ofBank}::text[]
        or (approvers && ${ofBranch}::text[] and branch_id = ${who.branchId}))
      and (${state ?? null}::text is null or ${effective} = ${state ?? null}::text)
      and (${before ?? null}::text is null or id < ${before ?? null}::text)
    order by id desc
    limit ${limit}
  `;
}

/** Everything that nobody has decided on yet. */
export function selectPending(limit: number): RawBuilder<ApprovalRow> {
  return sql<ApprovalRow>`select ${APPROVAL} from approval where state = 'pending' order by expire_time limit ${limit}`;
}

/** Takes approvals that wait to be executed, for so long: nobody else takes them before. */
export function leaseApproved(leaseMs: number, limit: number): RawBuilder<ApprovalRow> {
  return sql<ApprovalRow>`
    update approval set lease_until = clock_timestamp() + make_interval(secs => ${leaseMs / 1_000})
    where id in (
      select id from approval
      where state = 'approved' and (lease_until is null or lease_until <= clock_timestamp())
      order by id limit ${limit} for update skip locked
    )
    returning ${APPROVAL}
  `;
}

/** Where an approval goes. */
export interface Step {
  readonly state: State;
  readonly approverId?: string;
  readonly decideTime?: Date;
  readonly outcome?: Buffer;
  readonly reason?: string;
}

/** Takes an approval to another state, unless somebody else did so first. Answers it when it did. */
export function moveApproval({ id, version }: ApprovalRow, to: Step): RawBuilder<ApprovalRow> {
  return sql<ApprovalRow>`
    update approval
    set state = ${to.state}, approver_id = coalesce(${to.approverId ?? null}, approver_id),
      decide_time = coalesce(${to.decideTime ?? null}::timestamptz, decide_time),
      outcome = ${to.outcome ?? null}::bytea, reason = ${to.reason ?? ''}, version = version + 1
    where id = ${id} and version = ${version}
    returning ${APPROVAL}
  `;
}
