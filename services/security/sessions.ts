// The sessions in which customers use the bank: their tokens, and their end.
import { randomBytes } from 'node:crypto';
import { create } from '@bufbuild/protobuf';
import type { CommandTx } from '#chassis/command.ts';
import { Audience } from '#gen/bank/options/v1/options_pb.ts';
import { type RevocationReason, type SessionTokens, SessionTokensSchema } from '#gen/bank/security/v1/security_pb.ts';
import { ActorSchema } from '#gen/bank/type/v1/actor_pb.ts';
import type { Context } from './context.ts';
import { sessionRevoked } from './events.ts';
import { insertRefreshToken, lockSessions, revoke } from './tables.ts';

const ACCESS_SECONDS = 5 * 60;
const SECRET_BYTES = 32;

/** A secret that is handed out once: enough of it that nobody guesses. */
export function newSecret(): string {
  return randomBytes(SECRET_BYTES).toString('base64url');
}

/** What is kept of a refresh token. */
export function refreshHash({ vault }: Context, token: string): Buffer {
  return vault.hash('security.refresh-token', token);
}

/** Makes the next tokens of a customer's session, and keeps the hash of the one that is to be rotated. */
export async function issueTokens(
  context: Context,
  tx: CommandTx,
  sessionId: string,
  customerId: string,
): Promise<SessionTokens> {
  const refreshToken = newSecret();
  await tx.execute(insertRefreshToken(refreshHash(context, refreshToken), sessionId));
  const actor = create(ActorSchema, { audience: Audience.CHANNEL, partyId: customerId, sessionId });
  const accessToken = await context.issuer.principalToken(actor, ACCESS_SECONDS);
  return create(SessionTokensSchema, { sessionId, accessToken, accessSeconds: ACCESS_SECONDS, refreshToken });
}

/** Revokes all active sessions of a party, and tells which they were. */
export async function revokeAll(tx: CommandTx, partyId: string, reason: RevocationReason): Promise<string[]> {
  const sessions = await tx.query(lockSessions(partyId));
  for (const { id } of sessions) await revokeSession(tx, id, partyId, reason);
  return sessions.map(({ id }) => id);
}

/** Revokes an active session that is locked, and says so. */
export async function revokeSession(
  tx: CommandTx,
  sessionId: string,
  partyId: string,
  reason: RevocationReason,
): Promise<void> {
  await tx.execute(revoke(sessionId));
  sessionRevoked(tx, sessionId, partyId, reason);
}
