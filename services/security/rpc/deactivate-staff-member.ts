import type { Rpcs } from '#chassis/serve.ts';
import { RevocationReason } from '#gen/bank/security/v1/security_pb.ts';
import { SecurityService as Contract, type SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import { callerOf } from '../approvals.ts';
import type { Context } from '../context.ts';
import { checkOthers } from '../domain/staff.ts';
import { staffMemberDeactivated } from '../events.ts';
import { revokeAll } from '../sessions.ts';
import { lockActive, shownStaff } from '../staff.ts';
import { type StaffRow, updateStaffMember } from '../staff-tables.ts';

/** Ends that a member of staff can log in. */
export function deactivateStaffMember(context: Context): Rpcs<typeof SecurityService>['deactivateStaffMember'] {
  return (request, call) =>
    context.commands.run(Contract.method.deactivateStaffMember, request, call, {
      decide: async (tx) => {
        const { staffId } = request;
        checkOthers(staffId, callerOf(call));
        const before = await lockActive(tx, staffId);
        const after: StaffRow = { ...before, state: 'deactivated', version: before.version + 1 };
        await tx.execute(updateStaffMember(after));
        await revokeAll(tx, staffId, RevocationReason.STAFF_CHANGED);
        staffMemberDeactivated(tx, staffId, after.version);
        tx.record({ resourceIds: [staffId], partyId: staffId });
        return { staffMember: await shownStaff(context, after) };
      },
    });
}
