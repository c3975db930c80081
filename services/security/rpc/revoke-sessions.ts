import type { Rpcs } from '#chassis/serve.ts';
import { RevocationReason } from '#gen/bank/security/v1/security_pb.ts';
import { SecurityService as Contract, type SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import type { Context } from '../context.ts';
import { revokeAll } from '../sessions.ts';

/** Revokes all sessions of a customer. */
export function revokeSessions(context: Context): Rpcs<typeof SecurityService>['revokeSessions'] {
  return (request, call) =>
    context.commands.run(Contract.method.revokeSessions, request, call, {
      decide: async (tx) => {
        const { customerId } = request;
        const revoked = await revokeAll(tx, customerId, RevocationReason.REVOKED_BY_STAFF);
        tx.record({ resourceIds: [customerId, ...revoked], partyId: customerId });
        return { revoked: revoked.length };
      },
    });
}
