import type { CommandTx } from '#chassis/command.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { RevocationReason, type SessionTokens } from '#gen/bank/security/v1/security_pb.ts';
import { SecurityService as Contract, type SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { issueTokens, refreshHash, revokeSession } from '../sessions.ts';
import { actorOf } from '../staff.ts';
import { selectStaffMember } from '../staff-tables.ts';
import { lockRefreshToken, useRefreshToken } from '../tables.ts';

/** Rotates the tokens of a session. */
export function refreshSession(context: Context): Rpcs<typeof SecurityService>['refreshSession'] {
  return async (request, call) => {
    const { refreshToken, validateOnly } = request;
    const response = await context.commands.run(Contract.method.refreshSession, request, call, {
      decide: async (tx) => {
        const tokens = await rotate(context, tx, refreshToken);
        // What is only tried answers none either, but has found the session in order.
        if (!tokens && validateOnly) throw refuse('SESSION_ENDED');
        return tokens ? { tokens } : {};
      },
    });
    if (!response.tokens && !validateOnly) throw refuse('SESSION_ENDED');
    return response;
  };
}

/** Answers no tokens when the one that was shown had been used: a refusal would undo that the session is revoked for it. */
async function rotate(context: Context, tx: CommandTx, refreshToken: string): Promise<SessionTokens | undefined> {
  const hash = refreshHash(context, refreshToken);
  const [shown] = await tx.query(lockRefreshToken(hash, context.now()));
  if (!shown) throw refuse('SESSION_ENDED');
  const { sessionId, partyId, used } = shown;
  tx.record({ resourceIds: [sessionId], partyId });
  if (used) {
    await revokeSession(tx, sessionId, partyId, RevocationReason.REFRESH_TOKEN_REUSED);
    return undefined;
  }
  await tx.execute(useRefreshToken(hash));
  // As they are now. Who is active no longer has no session left to refresh.
  const [staff] = await tx.query(selectStaffMember(partyId));
  return issueTokens(context, tx, actorOf(staff, partyId, sessionId));
}
