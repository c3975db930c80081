// Who is told of approvals: whoever may decide on them, and who asked for them.
import { fromBinary } from '@bufbuild/protobuf';
import type { Client } from '#chassis/call.ts';
import { ApprovalStateChangedSchema, ApprovalSubmittedSchema } from '#gen/bank/security/v1/approval_events_pb.ts';
import { ApprovalState } from '#gen/bank/security/v1/approval_pb.ts';
import type { SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import type { EventEnvelope } from '#gen/bank/type/v1/event_pb.ts';
import { type Telling, tellStaff } from './domain/telling.ts';

/** Approval → who may decide on it, while nobody has. */
export type ApproversOf = (approvalIds: readonly string[]) => Promise<ReadonlyMap<string, readonly string[]>>;

const ASKED_MAX = 1_000;
/** What a maker did themselves they are not told, nor that it is about to be done. */
const TOLD: readonly ApprovalState[] = [
  ApprovalState.EXECUTED,
  ApprovalState.REJECTED,
  ApprovalState.EXPIRED,
  ApprovalState.FAILED,
  ApprovalState.STALE,
];

/** Asks security. */
export function approversOf(client: Pick<Client<typeof SecurityService>, 'getApprovers'>): ApproversOf {
  return async (approvalIds) => {
    const found = new Map<string, readonly string[]>();
    for (let at = 0; at < approvalIds.length; at += ASKED_MAX) {
      const { approvals } = await client.getApprovers({ approvalIds: approvalIds.slice(at, at + ASKED_MAX) });
      for (const { approvalId, approverIds } of approvals) found.set(approvalId, approverIds);
    }
    return found;
  };
}

/** The approval that an event submits; none for other events. */
export function submittedIn({ type, payload }: EventEnvelope): string[] {
  return type === ApprovalSubmittedSchema.typeName ? [fromBinary(ApprovalSubmittedSchema, payload).approvalId] : [];
}

/** Whoever may decide on a request is told that it waits. */
export function tellWaiting(
  { approvalId, rpc }: { approvalId: string; rpc: string },
  approvers: ReadonlyMap<string, readonly string[]>,
): Telling[] {
  const facts = { approvalId, request: nameOf(rpc) };
  return (approvers.get(approvalId) ?? []).flatMap((staffId) => tellStaff(staffId, 'approval-waiting', facts));
}

/** Who asked is told what became of it. */
export function tellDecided(payload: Uint8Array): Telling[] {
  const { approvalId, rpc, makerId, state } = fromBinary(ApprovalStateChangedSchema, payload);
  if (!TOLD.includes(state)) return [];
  const [word = ''] = Object.entries(ApprovalState).find(([, value]) => value === state) ?? [];
  return tellStaff(makerId, 'approval-decided', { approvalId, request: nameOf(rpc), outcome: word.toLowerCase() });
}

function nameOf(rpc: string): string {
  return rpc.slice(rpc.indexOf('/') + 1);
}
