import type { Call } from '#chassis/call-context.ts';
import type { CommandTx } from '#chassis/command.ts';
import type { Rpcs } from '#chassis/serve.ts';
import type { SessionTokens } from '#gen/bank/security/v1/security_pb.ts';
import { SecurityService as Contract, type SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { loginRefused } from '../events.ts';
import { lockPasskey, type PasskeyRow, usePasskey } from '../passkey-tables.ts';
import { type Used, usedPasskey, useUp, wasUsed } from '../passkeys.ts';
import { startSession } from '../sessions.ts';
import { shareStaffMember } from '../staff-tables.ts';
import { tell } from '../telling.ts';

/** Logs in whoever has a passkey. Nothing is counted: there is nothing to guess. */
export function logInWithPasskey(context: Context): Rpcs<typeof SecurityService>['logInWithPasskey'] {
  return (request, call) =>
    context.commands.run(Contract.method.logInWithPasskey, request, call, {
      prepare: async () => {
        const { passkey, used } = await usedPasskey(context, request.responseJson);
        if (used) return used;
        if (passkey) tellRefused(context, passkey, call);
        throw refuse('LOGIN_REFUSED');
      },
      decide: async (tx, used) => ({ tokens: await start(context, tx, used, call) }),
    });
}

/** Says that a login with somebody's passkey was refused. */
function tellRefused(context: Context, { id: passkeyId, partyId }: PasskeyRow, call: Call): void {
  tell(context, partyId, call, (whose, origin) => loginRefused({ ...whose, passkeyId }, origin, call));
}

async function start(context: Context, tx: CommandTx, used: Used, call: Call): Promise<SessionTokens> {
  const { id, partyId, counter } = used.passkey;
  const isReplay = await wasUsed(tx, used);
  const [passkey] = await tx.query(lockPasskey(id));
  const [staff] = await tx.query(shareStaffMember(partyId));
  // Removed, or used by somebody else, since its signature was looked at.
  const isSame = passkey?.partyId === partyId && passkey.counter === counter;
  if (isReplay || !isSame || staff?.state === 'deactivated') {
    tellRefused(context, used.passkey, call);
    throw refuse('LOGIN_REFUSED');
  }
  await useUp(context, tx, used);
  await tx.execute(usePasskey(id, { counter: used.counter, synced: used.synced, now: context.now() }));
  return startSession(context, tx, { partyId, staff }, call);
}
