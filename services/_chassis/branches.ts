// How far the rights of staff reach: by a role of a branch as far as the branch that they work for, by one of the whole
// bank everywhere. Which role is of which kind stands in the contract.
import { getOption } from '@bufbuild/protobuf';
import { Audience, of_branch, StaffRole, StaffRoleSchema } from '#gen/bank/options/v1/options_pb.ts';
import type { Actor } from '#gen/bank/type/v1/actor_pb.ts';

/** The roles of a branch. */
export const BRANCH_ROLES: readonly StaffRole[] = Object.values(StaffRole).filter((role) =>
  getOption(StaffRoleSchema.value[role] as (typeof StaffRoleSchema.values)[number], of_branch),
);

/**
 * The branch that somebody is held to who may do something in any of `roles`. Undefined for whomever no branch bounds: no
 * member of staff, one who works for no branch, or one who has a role of the whole bank among them.
 */
export function branchAmong(
  roles: readonly StaffRole[],
  actor: Pick<Actor, 'audience' | 'branchId' | 'roles'> | undefined,
): string | undefined {
  if (actor?.audience !== Audience.STAFF || actor.branchId === '') return undefined;
  const isOfBank = actor.roles.some((role) => roles.includes(role) && !BRANCH_ROLES.includes(role));
  return isOfBank ? undefined : actor.branchId;
}
