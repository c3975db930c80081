import type { Rpcs } from '#chassis/serve.ts';
import { StaffRole } from '#gen/bank/options/v1/options_pb.ts';
import type { SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import { type Candidate, selectCandidates } from '../approval-tables.ts';
import type { Context } from '../context.ts';
import { mayDecide } from '../domain/approval.ts';

/** Reads who may decide on requests that wait. */
export function getApprovers({ database }: Context): Rpcs<typeof SecurityService>['getApprovers'] {
  return async ({ approvalIds }) => {
    const candidates = await database.query(selectCandidates([...new Set(approvalIds)]));
    const deciders = Map.groupBy(candidates.filter(decides), ({ approvalId }) => approvalId);
    return {
      approvals: [...deciders].map(([approvalId, some]) => ({
        approvalId,
        approverIds: some.map(({ staffId }) => staffId),
      })),
    };
  };
}

function decides({ makerId, askedBranchId, approvers, staffId, branchId, roles }: Candidate): boolean {
  const known: Readonly<Record<string, StaffRole>> = StaffRole;
  const checker = { partyId: staffId, branchId, roles: roles.flatMap((role) => known[role] ?? []) };
  return mayDecide({ makerId, branchId: askedBranchId, approvers }, checker);
}
