import type { MessageInitShape } from '@bufbuild/protobuf';
import type { Call } from '#chassis/call-context.ts';
import type { CommandTx } from '#chassis/command.ts';
import type { Rpcs } from '#chassis/serve.ts';
import type { LoginReason } from '#gen/bank/security/v1/scoring_pb.ts';
import {
  SecurityService as Contract,
  type LogInRequest,
  type LogInResponseSchema,
  type SecurityService,
} from '#gen/bank/security/v1/security_service_pb.ts';
import type { Context } from '../context.ts';
import { normalUsername } from '../domain/password.ts';
import { refuse } from '../domain/refusals.ts';
import { loginRefused } from '../events.ts';
import { checkStillPasses, countRefused, loginJudge, type Passing } from '../logins.ts';
import { isMerged, refuseMerged } from '../merged-customers.ts';
import { countTry, type Proved, stillStand, takeBack } from '../proofs.ts';
import { giveRecoveryCodes } from '../recovery-codes.ts';
import { factorOf, useFactor } from '../second-factor.ts';
import { startSession } from '../sessions.ts';
import { selectStaffMember, shareStaffMember } from '../staff-tables.ts';
import { lockByUsername, setFailures } from '../tables.ts';
import { tell } from '../telling.ts';

interface Prepared extends Proved {
  readonly passing: Passing;
}

/** Logs a customer or a member of staff in. */
export function logIn(context: Context): Rpcs<typeof SecurityService>['logIn'] {
  const judge = loginJudge(context);

  /** Who was right, and looks like themselves. */
  async function prepare(request: LogInRequest, call: Call): Promise<Prepared> {
    const proved = await authenticate(context, request, call);
    const { partyId, failures } = proved.credential;
    const hasFactor = proved.factor.kind !== 'none';
    const verdict = await judge({ partyId, failures, hasFactor, validateOnly: request.validateOnly }, call);
    const merged = await isMerged(context.database, partyId);
    if (verdict.kind === 'passes' && !merged) return { ...proved, passing: verdict };
    if (verdict.kind === 'is refused') {
      // It stays counted: it must not be told from a wrong password.
      countRefused(context, call);
      tellRefused(context, { partyId, failures: failures + 1, reasons: verdict.reasons }, call);
      throw refuse('LOGIN_REFUSED');
    }
    await takeBack(context, proved.credential);
    if (merged) throw refuse('CUSTOMER_MERGED');
    throw refuse(verdict.kind === 'is held' ? 'LOGIN_HELD' : 'SECOND_FACTOR_REQUIRED');
  }

  return (request, call) =>
    context.commands.run(Contract.method.logIn, request, call, {
      prepare: () => prepare(request, call),
      decide: (tx, prepared) => start(context, tx, prepared, call),
    });
}

async function authenticate(context: Context, request: LogInRequest, call: Call): Promise<Proved> {
  const { username, password, secondFactorCode } = request;
  const usernameHash = context.vault.hash('security.username', normalUsername(username));
  const { found, mayTry } = await countTry(context, lockByUsername(usernameHash));
  // Also of nobody, and of one who is too early: the answer takes as long.
  const isRight = await context.passwords.verify(mayTry ? found?.passwordHash : undefined, password);
  const factor = found && isRight ? await loginFactor(context, found.partyId, secondFactorCode) : undefined;
  if (found && factor === 'missing') {
    await takeBack(context, found);
    throw refuse('SECOND_FACTOR_REQUIRED');
  }
  if (found && factor && factor !== 'missing') return { credential: found, factor };
  if (found) tellRefused(context, { partyId: found.partyId, failures: found.failures + (mayTry ? 1 : 0) }, call);
  countRefused(context, call);
  throw refuse('LOGIN_REFUSED');
}

/** Staff do not log in without a second factor. */
async function loginFactor(context: Context, partyId: string, code: string): ReturnType<typeof factorOf> {
  const [staff] = await context.database.query(selectStaffMember(partyId));
  return factorOf(context, partyId, code, { isCompulsory: staff !== undefined });
}

/** Says that a login of somebody was refused. The count of it is kept already. */
function tellRefused(
  context: Context,
  { partyId, ...refused }: { partyId: string; failures: number; reasons?: readonly LoginReason[] },
  call: Call,
): void {
  tell(context, partyId, call, (whose, origin) => loginRefused({ ...whose, ...refused }, origin, call));
}

async function start(
  context: Context,
  tx: CommandTx,
  { credential, factor, passing }: Prepared,
  call: Call,
): Promise<MessageInitShape<typeof LogInResponseSchema>> {
  const { partyId } = credential;
  const isSame = await stillStand(tx, credential);
  const [staff] = await tx.query(shareStaffMember(partyId));
  const isActive = staff?.state !== 'deactivated';
  await checkStillPasses(tx, passing);
  await refuseMerged(tx, partyId);
  if (!isSame || !isActive || !(await useFactor(tx, partyId, factor))) {
    tellRefused(context, { partyId, failures: credential.failures + 1 }, call);
    throw refuse('LOGIN_REFUSED');
  }
  await tx.execute(setFailures(credential.id, 0, context.now()));
  const recoveryCodes = factor.kind === 'first' ? await giveRecoveryCodes(context, tx, credential) : [];
  return { tokens: await startSession(context, tx, { partyId, staff, passing }, call), recoveryCodes };
}
