import { type Call, sealOrigin } from '#chassis/call-context.ts';
import type { CommandTx } from '#chassis/command.ts';
import { newId } from '#chassis/id.ts';
import { insertOutbox } from '#chassis/outbox.ts';
import type { Rpcs } from '#chassis/serve.ts';
import type { SessionTokens } from '#gen/bank/security/v1/security_pb.ts';
import {
  SecurityService as Contract,
  type LogInRequest,
  type SecurityService,
} from '#gen/bank/security/v1/security_service_pb.ts';
import type { Context } from '../context.ts';
import { rememberDevice } from '../devices.ts';
import { mayTry, nextTry } from '../domain/lockout.ts';
import { normalUsername } from '../domain/password.ts';
import { refuse } from '../domain/refusals.ts';
import { loginRefused, sessionStarted } from '../events.ts';
import { issueTokens } from '../sessions.ts';
import { type Credential, insertSession, lockByCustomer, lockByUsername, setFailures } from '../tables.ts';

/** How long somebody may stay logged in without showing their password again. */
const SESSION_MS = 12 * 60 * 60 * 1_000;

/** Logs a customer in. */
export function logIn(context: Context): Rpcs<typeof SecurityService>['logIn'] {
  return (request, call) =>
    context.commands.run(Contract.method.logIn, request, call, {
      prepare: () => authenticate(context, request, call),
      decide: async (tx, credential) => ({ tokens: await start(context, tx, credential, call) }),
    });
}

/**
 * Every try is counted as a failure before its password is looked at, in a transaction of its own: so many at once are
 * all counted, and none sees the answer to a try that it was too early for.
 */
async function authenticate(context: Context, { username, password }: LogInRequest, call: Call): Promise<Credential> {
  const { vault, database, passwords, now } = context;
  const usernameHash = vault.hash('security.username', normalUsername(username));
  const found = await database.transaction(async (tx) => {
    const [one] = await tx.query(lockByUsername(usernameHash));
    if (!one) return undefined;
    const failures = one.failures + 1;
    await tx.query(setFailures(one.id, failures, nextTry(failures, now())));
    return one;
  });
  const credential = found && mayTry(found.failures, found.nextTryMs, now()) ? found : undefined;
  // Also of nobody, and of one who is too early: the answer takes as long.
  const isRight = await passwords.verify(credential?.passwordHash, password);
  if (credential && isRight) return credential;
  // Behind the answer, which would else take longer for a username that there is. The count of it is kept already.
  if (found) tellRefused(context, found, call).catch((error: unknown) => call.log.warn({ err: error }, 'not told'));
  throw refuse('LOGIN_REFUSED');
}

/** Says that a login of a customer was refused. */
async function tellRefused({ database, vault }: Context, found: Credential, call: Call): Promise<void> {
  const { customerId, failures } = found;
  const origin = await sealOrigin(vault, customerId, call.origin);
  const event = loginRefused(customerId, failures + 1, origin, call);
  await database.transaction(async (tx) => void (await tx.query(insertOutbox([event]))));
}

async function start(context: Context, tx: CommandTx, credential: Credential, call: Call): Promise<SessionTokens> {
  const { customerId } = credential;
  // Between the password and here they may have been replaced, which was to end every session.
  const [current] = await tx.query(lockByCustomer(customerId));
  if (current?.version !== credential.version) throw refuse('LOGIN_REFUSED');
  const startTime = context.now();
  const sessionId = newId('ses');
  await tx.execute(setFailures(credential.id, 0, startTime));
  const expireTime = new Date(startTime.getTime() + SESSION_MS);
  await tx.execute(insertSession({ id: sessionId, partyId: customerId, startTime, expireTime }));
  await rememberDevice(context, tx, customerId, call);
  sessionStarted(tx, sessionId, customerId);
  tx.record({ resourceIds: [sessionId], partyId: customerId });
  return issueTokens(context, tx, sessionId, customerId);
}
