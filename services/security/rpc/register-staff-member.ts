import { newId } from '#chassis/id.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { SecurityService as Contract, type SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import type { Context } from '../context.ts';
import { rolesOf } from '../domain/approval.ts';
import { checkRoles } from '../domain/staff.ts';
import { staffMemberRegistered } from '../events.ts';
import { sealName, shownStaff } from '../staff.ts';
import { insertStaffMember, type StaffRow } from '../staff-tables.ts';

/** Registers a member of staff. */
export function registerStaffMember(context: Context): Rpcs<typeof SecurityService>['registerStaffMember'] {
  return (request, call) =>
    context.commands.run(Contract.method.registerStaffMember, request, call, {
      prepare: async () => {
        checkRoles(request.roles);
        const id = newId('stf');
        return { id, displayName: await sealName(context, id, request.displayName) };
      },
      decide: async (tx, { id, displayName }) => {
        const { branchId, roles } = request;
        const row: StaffRow = { id, displayName, branchId, roles: rolesOf({ roles }), state: 'active', version: 1 };
        await tx.execute(insertStaffMember(row));
        staffMemberRegistered(tx, { id, branchId, roles, version: 1 });
        tx.record({ resourceIds: [id], partyId: id });
        return { staffMember: await shownStaff(context, row) };
      },
    });
}
