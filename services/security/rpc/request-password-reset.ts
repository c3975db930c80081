import type { Call } from '#chassis/call-context.ts';
import { insertOutbox } from '#chassis/outbox.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { SecurityService as Contract, type SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import type { Context } from '../context.ts';
import { normalUsername } from '../domain/password.ts';
import { replaceableSince, resetExpiry } from '../domain/password-reset.ts';
import { passwordResetRequested } from '../events.ts';
import { putResetCode } from '../reset-tables.ts';
import { newTypedCode, resetHash } from '../second-factor.ts';
import { lockByUsername } from '../tables.ts';

/** What the sealed code is bound to; whoever opens it names it too. */
const CONTEXT = 'security.password-reset';

/** Has a code sent to who has a username, if anybody has. */
export function requestPasswordReset(context: Context): Rpcs<typeof SecurityService>['requestPasswordReset'] {
  return async (request, call) => {
    const { method } = Contract;
    const response = await context.commands.run(method.requestPasswordReset, request, call, {
      decide: async () => ({}),
    });
    // Behind the answer, which would else take longer for a username that there is. Who repeats the call asks again.
    if (!request.validateOnly) {
      makeCode(context, request.username, call).catch((error: unknown) =>
        call.log.warn({ err: error }, 'no code made'),
      );
    }
    return response;
  };
}

async function makeCode(context: Context, username: string, call: Call): Promise<void> {
  const { vault, database } = context;
  const usernameHash = vault.hash('security.username', normalUsername(username));
  const [found] = await database.query(lockByUsername(usernameHash));
  if (!found) return;
  const { partyId, version: credentialVersion } = found;
  const now = context.now();
  const expireTime = resetExpiry(now);
  const code = newTypedCode();
  const codeHash = resetHash(context, partyId, code);
  const sealed = await vault.seal(partyId, CONTEXT, Buffer.from(code));
  const kept = { partyId, codeHash, credentialVersion, now, expireTime, replaceable: replaceableSince(now) };
  await database.transaction(async (tx) => {
    const [made] = await tx.query(putResetCode(kept));
    if (made) await tx.query(insertOutbox([passwordResetRequested({ partyId, code: sealed, expireTime }, call)]));
  });
}
