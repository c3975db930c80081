import type { Call } from '#chassis/call-context.ts';
import type { CommandTx } from '#chassis/command.ts';
import type { Rpcs } from '#chassis/serve.ts';
import type { LoginReason } from '#gen/bank/security/v1/scoring_pb.ts';
import type { SessionTokens } from '#gen/bank/security/v1/security_pb.ts';
import {
  SecurityService as Contract,
  type LogInWithPasskeyRequest,
  type SecurityService,
} from '#gen/bank/security/v1/security_service_pb.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { loginRefused } from '../events.ts';
import { checkStillPasses, countRefused, loginJudge, type Passing } from '../logins.ts';
import { refuseMerged } from '../merged-customers.ts';
import { lockPasskey, type PasskeyRow, usePasskey } from '../passkey-tables.ts';
import { type Used, usedPasskey, useUp, wasUsed } from '../passkeys.ts';
import { startSession } from '../sessions.ts';
import { shareStaffMember } from '../staff-tables.ts';
import { tell } from '../telling.ts';

interface Prepared extends Used {
  readonly passing: Passing;
}

/** Logs in whoever has a passkey. Nothing is counted: there is nothing to guess. */
export function logInWithPasskey(context: Context): Rpcs<typeof SecurityService>['logInWithPasskey'] {
  const judge = loginJudge(context);

  /** What a passkey has signed, of somebody who looks like themselves. */
  async function prepare({ responseJson, validateOnly }: LogInWithPasskeyRequest, call: Call): Promise<Prepared> {
    const { passkey, used } = await usedPasskey(context, responseJson);
    if (!used) {
      if (passkey) tellRefused(context, passkey, call);
      throw refuse('LOGIN_REFUSED');
    }
    const { partyId } = used.passkey;
    // A passkey is both factors.
    const verdict = await judge({ partyId, hasFactor: true, validateOnly }, call);
    if (verdict.kind === 'passes') return { ...used, passing: verdict };
    if (verdict.kind === 'is held') throw refuse('LOGIN_HELD');
    tellRefused(context, used.passkey, call, 'reasons' in verdict ? verdict.reasons : []);
    throw refuse('LOGIN_REFUSED');
  }

  return (request, call) =>
    context.commands.run(Contract.method.logInWithPasskey, request, call, {
      prepare: () => prepare(request, call),
      decide: async (tx, prepared) => ({ tokens: await start(context, tx, prepared, call) }),
    });
}

/** Says that a login with somebody's passkey was refused. */
function tellRefused(
  context: Context,
  { id: passkeyId, partyId }: PasskeyRow,
  call: Call,
  reasons: readonly LoginReason[] = [],
): void {
  countRefused(context, call);
  tell(context, partyId, call, (whose, origin) => loginRefused({ ...whose, passkeyId, reasons }, origin, call));
}

async function start(
  context: Context,
  tx: CommandTx,
  { passing, ...used }: Prepared,
  call: Call,
): Promise<SessionTokens> {
  const { id, partyId, counter } = used.passkey;
  const isReplay = await wasUsed(tx, used);
  const [passkey] = await tx.query(lockPasskey(id));
  const [staff] = await tx.query(shareStaffMember(partyId));
  // Removed, or used by somebody else, since its signature was looked at.
  const isSame = passkey?.partyId === partyId && passkey.counter === counter;
  await checkStillPasses(tx, passing);
  await refuseMerged(tx, partyId);
  if (isReplay || !isSame || staff?.state === 'deactivated') {
    tellRefused(context, used.passkey, call);
    throw refuse('LOGIN_REFUSED');
  }
  await useUp(context, tx, used);
  await tx.execute(usePasskey(id, { counter: used.counter, synced: used.synced, now: context.now() }));
  return startSession(context, tx, { partyId, staff, passing }, call);
}
