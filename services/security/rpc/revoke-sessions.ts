import type { Rpcs } from '#chassis/serve.ts';
import { RevocationReason } from '#gen/bank/security/v1/security_pb.ts';
import { SecurityService as Contract, type SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { revokeAll } from '../sessions.ts';
import { selectStaffMember } from '../staff-tables.ts';

/** Revokes all sessions of a customer. */
export function revokeSessions(context: Context): Rpcs<typeof SecurityService>['revokeSessions'] {
  return (request, call) =>
    context.commands.run(Contract.method.revokeSessions, request, call, {
      decide: async (tx) => {
        const { customerId } = request;
        // What members of staff have in hand is for administrators to end, by what they may be.
        const [staff] = await tx.query(selectStaffMember(customerId));
        if (staff) throw refuse('NO_CUSTOMER', { field: 'customer_id' });
        const revoked = await revokeAll(tx, customerId, RevocationReason.REVOKED_BY_STAFF);
        tx.record({ resourceIds: [customerId, ...revoked], partyId: customerId });
        return { revoked: revoked.length };
      },
    });
}
