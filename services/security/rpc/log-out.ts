import type { Rpcs } from '#chassis/serve.ts';
import { RevocationReason } from '#gen/bank/security/v1/security_pb.ts';
import { SecurityService as Contract, type SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { revokeSession } from '../sessions.ts';
import { lockSessions } from '../tables.ts';

/** Ends the session of the caller's token. */
export function logOut(context: Context): Rpcs<typeof SecurityService>['logOut'] {
  return (request, call) =>
    context.commands.run(Contract.method.logOut, request, call, {
      decide: async (tx) => {
        const { partyId = '', sessionId = '' } = call.principal ?? {};
        const [session] = await tx.query(lockSessions(partyId, sessionId));
        if (!session) throw refuse('SESSION_ENDED');
        await revokeSession(tx, sessionId, partyId, RevocationReason.LOGGED_OUT);
        tx.record({ resourceIds: [sessionId], partyId });
        return {};
      },
    });
}
