import { create } from '@bufbuild/protobuf';
import { StaffRole } from '#gen/bank/options/v1/options_pb.ts';
import { type Approval, ApprovalState } from '#gen/bank/security/v1/approval_pb.ts';
import {
  ApproveRequestResponseSchema,
  GetApprovalResponseSchema,
  ListApprovalsResponseSchema,
  RejectRequestResponseSchema,
  SecurityService,
  WithdrawRequestResponseSchema,
} from '#gen/bank/security/v1/security_service_pb.ts';
import type { ListOptions, WriteOptions } from '../cli/run.ts';
import { fields, table, word } from '../output.ts';
import { pagesOf } from '../pages.ts';
import type { Session } from '../session.ts';
import { time } from '../time.ts';
import { headOf } from './money.ts';

/** Lists approvals. */
export async function listApprovals(
  { bank, out }: Session,
  { limit, state }: ListOptions & { state?: string },
): Promise<void> {
  const states: Readonly<Record<string, ApprovalState>> = ApprovalState;
  const wanted = states[state?.toUpperCase() ?? ''] ?? ApprovalState.UNSPECIFIED;
  const service = bank().client(SecurityService);
  const approvals: Approval[] = [];
  for await (const page of pagesOf((asked) => service.listApprovals({ ...asked, state: wanted }), limit)) {
    approvals.push(...page.approvals);
  }
  await out.message(ListApprovalsResponseSchema, create(ListApprovalsResponseSchema, { approvals }), () =>
    table(
      ['approval', 'state', 'what', 'asked by', 'until'],
      approvals.map(({ approvalId, state: now, rpc, makerId, expireTime }) => [
        approvalId,
        word(ApprovalState, now),
        rpc.split('/')[1] ?? rpc,
        makerId,
        time(expireTime),
      ]),
    ),
  );
}

/** Shows an approval and its request. */
export async function showApproval({ bank, out }: Session, _options: object, approvalId = ''): Promise<void> {
  const answer = await bank().client(SecurityService).getApproval({ approvalId });
  await out.message(GetApprovalResponseSchema, answer, () => `${approvalText(answer.approval)}\n${answer.request}`);
}

/** Approves a request. */
export async function approve({ bank, out }: Session, options: WriteOptions, approvalId = ''): Promise<void> {
  const answer = await bank().client(SecurityService).approveRequest(decision(options, approvalId));
  await out.message(ApproveRequestResponseSchema, answer, () => approvalText(answer.approval));
}

/** Rejects a request. */
export async function reject({ bank, out }: Session, options: WriteOptions, approvalId = ''): Promise<void> {
  const answer = await bank().client(SecurityService).rejectRequest(decision(options, approvalId));
  await out.message(RejectRequestResponseSchema, answer, () => approvalText(answer.approval));
}

/** Takes a request back. */
export async function withdraw({ bank, out }: Session, options: WriteOptions, approvalId = ''): Promise<void> {
  const answer = await bank().client(SecurityService).withdrawRequest(decision(options, approvalId));
  await out.message(WithdrawRequestResponseSchema, answer, () => approvalText(answer.approval));
}

function decision(options: WriteOptions, approvalId: string) {
  const { requestId, validateOnly } = headOf(options);
  return { requestId, validateOnly, approvalId };
}

function approvalText(approval: Approval | undefined): string {
  if (!approval) return '';
  return fields([
    ['approval', approval.approvalId],
    ['state', word(ApprovalState, approval.state)],
    ['what', approval.rpc],
    ['request id', approval.requestId],
    ['asked by', approval.makerId],
    ['at branch', approval.branchId],
    ['approvers', approval.approvers.map((role) => word(StaffRole, role)).join(', ')],
    ['asked', time(approval.createTime)],
    ['until', time(approval.expireTime)],
    ['decided by', approval.approverId],
    ['decided', time(approval.decideTime)],
    ['reason', approval.reason],
  ]);
}
