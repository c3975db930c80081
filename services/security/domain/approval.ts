// Who may approve what, and when an approval is over.
import { BRANCH_ROLES } from '#chassis/branches.ts';
import { type StaffRole, StaffRoleSchema } from '#gen/bank/options/v1/options_pb.ts';
import { type Rule, rulesByPath } from '#gen/bank/rules.ts';
import { ApprovalState } from '#gen/bank/security/v1/approval_pb.ts';
import type { Actor } from '#gen/bank/type/v1/actor_pb.ts';

/** Where an approval is, in the words of its table. */
export type State = 'pending' | 'approved' | 'executed' | 'rejected' | 'expired' | 'withdrawn' | 'failed' | 'stale';

/** What is asked of whoever decides. */
export interface Asked {
  readonly makerId: string;
  readonly branchId: string;
  /** The roles that may decide, as the rule named them when it was made: `BRANCH_MANAGER`. */
  readonly approvers: readonly string[];
}

/** For how long a request can be approved, on the bank's clock. */
export const APPROVAL_HOURS = 72;

/** By which roles somebody decides on what was asked anywhere in the bank, and by which only on what was at their branch. */
export function reachOf({ branchId, roles }: Pick<Actor, 'branchId' | 'roles'>) {
  const ends = (role: StaffRole) => branchId !== '' && BRANCH_ROLES.includes(role);
  return {
    ofBank: rolesOf({ roles: roles.filter((role) => !ends(role)) }),
    ofBranch: rolesOf({ roles: roles.filter(ends) }),
  };
}

/** Whether somebody may decide on a request: not on their own, in a role that is named, and at its branch. */
export function mayDecide(asked: Asked, checker: Pick<Actor, 'partyId' | 'branchId' | 'roles'>): boolean {
  const { ofBank, ofBranch } = reachOf(checker);
  const isNamed = (role: string) => asked.approvers.includes(role);
  const isAtBranch = checker.branchId === asked.branchId;
  return checker.partyId !== asked.makerId && (ofBank.some(isNamed) || (isAtBranch && ofBranch.some(isNamed)));
}

/** The roles of a member of staff by their names. */
export function rolesOf({ roles }: Pick<Actor, 'roles'>): string[] {
  return roles.map((role) => StaffRoleSchema.value[role]?.localName ?? '');
}

/** Where an approval is at a time (ms): what nobody decided on in time has expired, whether that was written or not. */
export function stateAt({ state, expireMs }: { state: State; expireMs: number }, nowMs: number): State {
  return state === 'pending' && expireMs <= nowMs ? 'expired' : state;
}

/** A state as the contract names it. */
export function stateWord(state: State): ApprovalState {
  return ApprovalState[state.toUpperCase() as keyof typeof ApprovalState];
}

/** The rule of an RPC as it is kept with a request, to tell whether it has changed since: who may call, and who approve. */
export function snapshotOf(rpc: string): string {
  const rule: Rule | undefined = rulesByPath.get(rpc);
  return JSON.stringify({ callers: rule?.callers ?? [], grants: rule?.grants ?? [] });
}
