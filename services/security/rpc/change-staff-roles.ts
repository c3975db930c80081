import { refuseCall } from '#chassis/errors.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { RevocationReason } from '#gen/bank/security/v1/security_pb.ts';
import { SecurityService as Contract, type SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import { callerOf } from '../approvals.ts';
import type { Context } from '../context.ts';
import { rolesOf } from '../domain/approval.ts';
import { checkOthers, checkRoles } from '../domain/staff.ts';
import { staffRolesChanged } from '../events.ts';
import { revokeAll } from '../sessions.ts';
import { lockActive, shownStaff } from '../staff.ts';
import { type StaffRow, updateStaffMember } from '../staff-tables.ts';

/** Changes what a member of staff may be. */
export function changeStaffRoles(context: Context): Rpcs<typeof SecurityService>['changeStaffRoles'] {
  return (request, call) =>
    context.commands.run(Contract.method.changeStaffRoles, request, call, {
      decide: async (tx) => {
        const { staffId, branchId, roles, etag } = request;
        checkOthers(staffId, callerOf(call));
        checkRoles(roles);
        const before = await lockActive(tx, staffId);
        if (etag !== '' && etag !== String(before.version)) throw refuseCall('ETAG_MISMATCH');
        const after: StaffRow = { ...before, branchId, roles: rolesOf({ roles }), version: before.version + 1 };
        await tx.execute(updateStaffMember(after));
        // Their tokens name what they were.
        await revokeAll(tx, staffId, RevocationReason.STAFF_CHANGED);
        staffRolesChanged(tx, { id: staffId, branchId, roles, version: after.version });
        tx.record({ resourceIds: [staffId], partyId: staffId });
        return { staffMember: await shownStaff(context, after) };
      },
    });
}
