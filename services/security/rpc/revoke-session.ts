import type { Rpcs } from '#chassis/serve.ts';
import { RevocationReason } from '#gen/bank/security/v1/security_pb.ts';
import { SecurityService as Contract, type SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { revokeSession as revoke } from '../sessions.ts';
import { lockSessions } from '../tables.ts';

/** Revokes a session of the caller, by its id. */
export function revokeSession(context: Context): Rpcs<typeof SecurityService>['revokeSession'] {
  return (request, call) =>
    context.commands.run(Contract.method.revokeSession, request, call, {
      decide: async (tx) => {
        const { sessionId } = request;
        const partyId = call.principal?.partyId ?? '';
        const [session] = await tx.query(lockSessions(partyId, sessionId));
        if (!session) throw refuse('SESSION_NOT_FOUND', { field: 'session_id' });
        await revoke(tx, sessionId, partyId, RevocationReason.REVOKED_BY_OWNER);
        tx.record({ resourceIds: [sessionId], partyId });
        return {};
      },
    });
}
