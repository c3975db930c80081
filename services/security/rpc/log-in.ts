import type { CommandTx } from '#chassis/command.ts';
import { newId } from '#chassis/id.ts';
import type { Rpcs } from '#chassis/serve.ts';
import type { SessionTokens } from '#gen/bank/security/v1/security_pb.ts';
import {
  SecurityService as Contract,
  type LogInRequest,
  type SecurityService,
} from '#gen/bank/security/v1/security_service_pb.ts';
import type { Context } from '../context.ts';
import { mayTry, nextTry } from '../domain/lockout.ts';
import { normalUsername } from '../domain/password.ts';
import { refuse } from '../domain/refusals.ts';
import { sessionStarted } from '../events.ts';
import { issueTokens } from '../sessions.ts';
import { type Credential, insertSession, lockByCustomer, lockByUsername, setFailures } from '../tables.ts';

/** How long somebody may stay logged in without showing their password again. */
const SESSION_MS = 12 * 60 * 60 * 1_000;

/** Logs a customer in. */
export function logIn(context: Context): Rpcs<typeof SecurityService>['logIn'] {
  return (request, call) =>
    context.commands.run(Contract.method.logIn, request, call, {
      prepare: () => authenticate(context, request),
      decide: async (tx, credential) => ({ tokens: await start(context, tx, credential) }),
    });
}

/**
 * A try is counted as a failure before its password is looked at, in a transaction of its own: so of many at once, none is
 * looked at that was too early. One that is too early is no guess, so it does not count: quick ones would lock a customer out.
 */
async function authenticate(context: Context, { username, password }: LogInRequest): Promise<Credential> {
  const { vault, database, passwords, now } = context;
  const usernameHash = vault.hash('security.username', normalUsername(username));
  const credential = await database.transaction(async (tx) => {
    const [found] = await tx.query(lockByUsername(usernameHash));
    if (!found) return undefined;
    const at = now();
    if (!mayTry(found.failures, found.nextTryMs, at)) return undefined;
    const failures = found.failures + 1;
    await tx.query(setFailures(found.id, failures, nextTry(failures, at)));
    return found;
  });
  // Also of nobody, and of one who is too early: the answer takes as long.
  const isRight = await passwords.verify(credential?.passwordHash, password);
  if (!credential || !isRight) throw refuse('LOGIN_REFUSED');
  return credential;
}

async function start(context: Context, tx: CommandTx, credential: Credential): Promise<SessionTokens> {
  const { customerId } = credential;
  // Between the password and here they may have been replaced, which was to end every session.
  const [current] = await tx.query(lockByCustomer(customerId));
  if (current?.version !== credential.version) throw refuse('LOGIN_REFUSED');
  const startTime = context.now();
  const sessionId = newId('ses');
  await tx.execute(setFailures(credential.id, 0, startTime));
  const expireTime = new Date(startTime.getTime() + SESSION_MS);
  await tx.execute(insertSession({ id: sessionId, partyId: customerId, startTime, expireTime }));
  sessionStarted(tx, sessionId, customerId);
  tx.record({ resourceIds: [sessionId], partyId: customerId });
  return issueTokens(context, tx, sessionId, customerId);
}
