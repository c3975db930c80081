import type { Call } from '#chassis/call-context.ts';
import type { CommandTx } from '#chassis/command.ts';
import type { Rpcs } from '#chassis/serve.ts';
import type { SessionTokens } from '#gen/bank/security/v1/security_pb.ts';
import {
  SecurityService as Contract,
  type LogInRequest,
  type SecurityService,
} from '#gen/bank/security/v1/security_service_pb.ts';
import type { Context } from '../context.ts';
import { normalUsername } from '../domain/password.ts';
import { refuse } from '../domain/refusals.ts';
import { loginRefused } from '../events.ts';
import { countTry, type Proved, stillStand, takeBack } from '../proofs.ts';
import { factorOf, useFactor } from '../second-factor.ts';
import { startSession } from '../sessions.ts';
import { shareStaffMember } from '../staff-tables.ts';
import { lockByUsername, setFailures } from '../tables.ts';
import { tell } from '../telling.ts';

/** Logs a customer or a member of staff in. */
export function logIn(context: Context): Rpcs<typeof SecurityService>['logIn'] {
  return (request, call) =>
    context.commands.run(Contract.method.logIn, request, call, {
      prepare: () => authenticate(context, request, call),
      decide: async (tx, proved) => ({ tokens: await start(context, tx, proved, call) }),
    });
}

async function authenticate(context: Context, request: LogInRequest, call: Call): Promise<Proved> {
  const { username, password, secondFactorCode } = request;
  const usernameHash = context.vault.hash('security.username', normalUsername(username));
  const { found, mayTry } = await countTry(context, lockByUsername(usernameHash));
  // Also of nobody, and of one who is too early: the answer takes as long.
  const isRight = await context.passwords.verify(mayTry ? found?.passwordHash : undefined, password);
  const factor = found && isRight ? await factorOf(context, found.partyId, secondFactorCode) : undefined;
  if (found && factor === 'missing') {
    await takeBack(context, found);
    throw refuse('SECOND_FACTOR_REQUIRED');
  }
  if (found && factor && factor !== 'missing') return { credential: found, factor };
  if (found) tellRefused(context, found.partyId, found.failures + (mayTry ? 1 : 0), call);
  throw refuse('LOGIN_REFUSED');
}

/** Says that a login of somebody was refused. The count of it is kept already. */
function tellRefused(context: Context, partyId: string, failures: number, call: Call): void {
  tell(context, partyId, call, (whose, origin) => loginRefused({ ...whose, failures }, origin, call));
}

async function start(
  context: Context,
  tx: CommandTx,
  { credential, factor }: Proved,
  call: Call,
): Promise<SessionTokens> {
  const { partyId } = credential;
  const isSame = await stillStand(tx, credential);
  const [staff] = await tx.query(shareStaffMember(partyId));
  const isActive = staff?.state !== 'deactivated';
  if (!isSame || !isActive || !(await useFactor(tx, partyId, factor))) {
    tellRefused(context, partyId, credential.failures + 1, call);
    throw refuse('LOGIN_REFUSED');
  }
  await tx.execute(setFailures(credential.id, 0, context.now()));
  return startSession(context, tx, { partyId, staff }, call);
}
