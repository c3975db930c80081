// What a member of staff may be, and who may say so.
import { StaffRole } from '#gen/bank/options/v1/options_pb.ts';
import { refuse } from './refusals.ts';

/** Who has one of these has no other: an auditor changes nothing, and an administrator, who says who may move money, moves none. */
const ALONE: readonly StaffRole[] = [StaffRole.AUDITOR, StaffRole.ADMINISTRATOR];

/** Refuses ROLES_INVALID: one twice, or an auditor or administrator who would be something else too. */
export function checkRoles(roles: readonly StaffRole[]): void {
  const isMixed = roles.length > 1 && roles.some((role) => ALONE.includes(role));
  if (isMixed || new Set(roles).size !== roles.length) throw refuse('ROLES_INVALID', { field: 'roles' });
}

/** Refuses OWN_ROLES: nobody changes what they are themselves, nor approves that they are made something else. */
export function checkOthers(staffId: string, who: { readonly partyId: string; readonly approverId: string }): void {
  if (staffId === who.partyId || staffId === who.approverId) throw refuse('OWN_ROLES');
}
