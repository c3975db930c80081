// What the RPCs about approvals share: how one is read, shown, and taken to another state.
import { create, type DescMethodUnary, fromBinary, type MessageShape, toBinary } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import type { Call } from '#chassis/call-context.ts';
import type { CommandRequest } from '#chassis/command.ts';
import { asBuffer } from '#chassis/encode.ts';
import { refuseCall } from '#chassis/errors.ts';
import { StaffRole } from '#gen/bank/options/v1/options_pb.ts';
import { type Approval, ApprovalSchema } from '#gen/bank/security/v1/approval_pb.ts';
import type { Actor } from '#gen/bank/type/v1/actor_pb.ts';
import { type Sealed, SealedSchema } from '#gen/bank/type/v1/sealed_pb.ts';
import { type ApprovalRow, lockApproval, moveApproval, type Step } from './approval-tables.ts';
import type { Context } from './context.ts';
import { mayDecide, snapshotOf, stateAt, stateWord } from './domain/approval.ts';
import { refuse } from './domain/refusals.ts';
import { approvalMoved } from './events.ts';

/** What is sealed in an approval. */
export const REQUEST_CONTEXT = 'approval.request';
export const RESPONSE_CONTEXT = 'approval.response';

/** The member of staff who calls. */
export function callerOf({ principal }: Call): Actor {
  if (!principal) throw refuseCall('TOKEN_MISSING');
  return principal;
}

/** An approval as the contract shows it, at a time on the bank's clock. */
export function shown(row: ApprovalRow, now: Date): Approval {
  return create(ApprovalSchema, {
    approvalId: row.id,
    state: stateWord(stateAt(row, now.getTime())),
    rpc: row.rpc,
    requestId: row.requestId,
    makerId: row.makerId,
    branchId: row.branchId,
    approvers: row.approvers.map((role) => StaffRole[role as keyof typeof StaffRole]),
    createTime: timestampFromMs(row.createMs),
    expireTime: timestampFromMs(row.expireMs),
    approverId: row.approverId,
    ...(row.decideMs !== null && { decideTime: timestampFromMs(row.decideMs) }),
    reason: row.reason,
  });
}

/** Whether somebody sees every approval. */
export function seesAll({ roles }: Actor): boolean {
  return roles.includes(StaffRole.AUDITOR);
}

/** Refuses an approval that is none of the caller's business as one that does not exist. */
export function seen(row: ApprovalRow | undefined, who: Actor): ApprovalRow {
  const isTheirs = row && (row.makerId === who.partyId || mayDecide(row, who) || seesAll(who));
  // Who has the role but not at this branch is told no more than anybody else.
  if (!isTheirs) throw refuse('APPROVAL_NOT_FOUND');
  return row;
}

/** Seals bytes for a row. */
export async function sealed(
  { vault }: Pick<Context, 'vault'>,
  partyId: string,
  context: string,
  bytes: Uint8Array,
): Promise<Buffer> {
  return asBuffer(toBinary(SealedSchema, await vault.seal(partyId, context, bytes)));
}

/** The sealed message in a row. */
export function sealedIn(bytes: Uint8Array): Sealed {
  return fromBinary(SealedSchema, bytes);
}

/** What somebody decides on a request. */
type Decision = 'approved' | 'rejected' | 'withdrawn';

type Deciding = CommandRequest & { readonly approvalId: string };

/** Runs the command by which somebody decides on a request that is pending. */
export async function decideOn<M extends DescMethodUnary>(
  context: Context,
  command: { method: M; request: MessageShape<M['input']> & Deciding; call: Call; decision: Decision },
): Promise<MessageShape<M['output']>> {
  const { method, request, call, decision } = command;
  const who = callerOf(call);
  return context.commands.run(method, request, call, {
    prepare: () => context.executor.now(call),
    decide: async (tx, now) => {
      const [found] = await tx.query(lockApproval(request.approvalId));
      const row = seen(found, who);
      checkDecision(row, who, decision, now);
      const approverId = decision === 'withdrawn' ? {} : { approverId: who.partyId };
      const step: Step = { state: decision, decideTime: now, ...approverId };
      const moved = { ...row, ...step, decideMs: now.getTime(), version: row.version + 1 };
      await tx.execute(moveApproval(row, step));
      approvalMoved(moved, (schema, event, aggregate) => tx.publish(schema, event, aggregate));
      tx.record({ resourceIds: [row.id], partyId: row.makerId });
      return { approval: shown(moved, now) } as never;
    },
  });
}

function checkDecision(row: ApprovalRow, who: Actor, decision: Decision, now: Date): void {
  if (decision === 'withdrawn' && row.makerId !== who.partyId) throw refuse('APPROVAL_NOT_FOUND');
  if (decision !== 'withdrawn' && !mayDecide(row, who)) throw refuse('APPROVER_NOT_ALLOWED');
  const state = stateAt(row, now.getTime());
  if (state !== 'pending') throw refuse('APPROVAL_NOT_PENDING', { state: state.toUpperCase() });
  if (decision === 'approved' && row.rule !== snapshotOf(row.rpc)) throw refuse('APPROVAL_STALE');
}
