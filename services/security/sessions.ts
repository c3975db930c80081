// The sessions in which customers and staff use the bank: their tokens, and their end.
import { randomBytes } from 'node:crypto';
import { create } from '@bufbuild/protobuf';
import type { Call } from '#chassis/call-context.ts';
import type { CommandTx } from '#chassis/command.ts';
import { newId } from '#chassis/id.ts';
import { type RevocationReason, type SessionTokens, SessionTokensSchema } from '#gen/bank/security/v1/security_pb.ts';
import type { Actor } from '#gen/bank/type/v1/actor_pb.ts';
import type { Context } from './context.ts';
import { rememberDevice } from './devices.ts';
import { isNight } from './domain/scoring.ts';
import { sessionRevoked, sessionStarted } from './events.ts';
import { countLogin, useReview } from './login-tables.ts';
import { type Passing, wordOf } from './logins.ts';
import { localHour } from './scoring.ts';
import { actorOf } from './staff.ts';
import type { StaffRow } from './staff-tables.ts';
import { insertRefreshToken, insertSession, lockSessions, revoke } from './tables.ts';

/** How long somebody may stay logged in without proving again who they are. */
const SESSION_MS = 12 * 60 * 60 * 1_000;
/** How long they may do nothing: for so long a refresh token is good. Who is active refreshes before an access token is over. */
const INACTIVITY_MS = 30 * 60 * 1_000;
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

/** Starts a session of a party, who may be a member of staff and whose login passes, and makes its first tokens. */
export async function startSession(
  context: Context,
  tx: CommandTx,
  { partyId, staff, passing }: { partyId: string; staff: StaffRow | undefined; passing: Passing },
  call: Call,
): Promise<SessionTokens> {
  const startTime = context.now();
  const sessionId = newId('ses');
  const expireTime = new Date(startTime.getTime() + SESSION_MS);
  const { reasons, score, policyVersion, reviewId } = passing;
  const looks = { reasons: reasons.map(wordOf), score, policyVersion };
  await tx.execute(insertSession({ id: sessionId, partyId, startTime, expireTime, ...looks }));
  if (reviewId !== undefined) await tx.execute(useReview(reviewId));
  await tx.execute(countLogin(partyId, isNight(localHour(context, startTime.getTime())), startTime));
  const newDevice = await rememberDevice(context, tx, partyId, call);
  sessionStarted(tx, { sessionId, partyId, reasons, newDevice });
  tx.record({ resourceIds: [sessionId], partyId });
  return issueTokens(context, tx, actorOf(staff, partyId, sessionId));
}

/** Makes the next tokens of somebody's session, and keeps the hash of the one that is to be rotated. */
export async function issueTokens(context: Context, tx: CommandTx, actor: Actor): Promise<SessionTokens> {
  const { sessionId } = actor;
  const refreshToken = newSecret();
  const expireTime = new Date(context.now().getTime() + INACTIVITY_MS);
  await tx.execute(insertRefreshToken(refreshHash(context, refreshToken), sessionId, expireTime));
  const accessToken = await context.issuer.principalToken(actor, ACCESS_SECONDS);
  return create(SessionTokensSchema, { sessionId, accessToken, accessSeconds: ACCESS_SECONDS, refreshToken });
}

/** Revokes all active sessions of a party; but one, if it is said which. Tells which they were. */
export async function revokeAll(
  tx: CommandTx,
  partyId: string,
  reason: RevocationReason,
  { but }: { but?: string } = {},
): Promise<string[]> {
  const ids = (await tx.query(lockSessions(partyId))).map(({ id }) => id).filter((id) => id !== but);
  for (const id of ids) await revokeSession(tx, id, partyId, reason);
  return ids;
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
