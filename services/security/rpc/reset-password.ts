import type { Call } from '#chassis/call-context.ts';
import type { CommandTx } from '#chassis/command.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { RevocationReason } from '#gen/bank/security/v1/security_pb.ts';
import {
  SecurityService as Contract,
  type ResetPasswordRequest,
  type SecurityService,
} from '#gen/bank/security/v1/security_service_pb.ts';
import type { Context } from '../context.ts';
import { checkPassword, normalUsername } from '../domain/password.ts';
import { mayReset } from '../domain/password-reset.ts';
import { refuse } from '../domain/refusals.ts';
import { passwordReset, passwordResetRefused } from '../events.ts';
import { nextVersion, stillStand } from '../proofs.ts';
import { countWrongTry, lockResetCode } from '../reset-tables.ts';
import { hasSecondFactor, resetHash } from '../second-factor.ts';
import { revokeAll } from '../sessions.ts';
import { type Credential, lockByUsername, setFailures, setPassword } from '../tables.ts';
import { tell } from '../telling.ts';

/** Sets a new password with a code that was sent. */
export function resetPassword(context: Context): Rpcs<typeof SecurityService>['resetPassword'] {
  return (request, call) =>
    context.commands.run(Contract.method.resetPassword, request, call, {
      prepare: async () => {
        // First, and of nobody's too: the answer takes as long.
        const passwordHash = await context.passwords.hash(request.newPassword);
        const credential = await tryCode(context, request, call);
        if (!credential) throw refuse('RESET_CODE_INVALID');
        const isAlone = !(await hasSecondFactor(context, credential.partyId));
        checkPassword(request.newPassword, { username: request.username, words: context.bankWords, isAlone });
        return { credential, passwordHash };
      },
      decide: (tx, { credential, passwordHash }) => reset(context, tx, credential, passwordHash),
    });
}

/** Whose code it is, in a transaction of its own: a wrong try is counted whatever becomes of the command. */
async function tryCode(
  context: Context,
  { username, code }: ResetPasswordRequest,
  call: Call,
): Promise<Credential | undefined> {
  const { vault, database, now } = context;
  const usernameHash = vault.hash('security.username', normalUsername(username));
  const { credential, isGood } = await database.transaction(async (tx) => {
    const [credential] = await tx.query(lockByUsername(usernameHash));
    if (!credential) return { credential, isGood: false };
    const { partyId, version } = credential;
    const [sent] = await tx.query(lockResetCode(partyId));
    if (!sent || !mayReset(sent, version, now())) return { credential, isGood: false };
    const isGood = sent.codeHash.equals(resetHash(context, partyId, code));
    if (!isGood) await tx.query(countWrongTry(partyId));
    return { credential, isGood };
  });
  if (isGood) return credential;
  if (credential) tell(context, credential.partyId, call, (whose, origin) => passwordResetRefused(whose, origin, call));
  return undefined;
}

/** The next version of the credentials is none for which the code is good: so it is used once. */
async function reset({ now }: Context, tx: CommandTx, credential: Credential, passwordHash: string) {
  const { id, partyId } = credential;
  if (!(await stillStand(tx, credential))) throw refuse('RESET_CODE_INVALID');
  await tx.execute(setPassword(id, passwordHash));
  await tx.execute(setFailures(id, 0, now()));
  await revokeAll(tx, partyId, RevocationReason.PASSWORD_RESET);
  passwordReset(tx, id, partyId, await nextVersion(tx, credential));
  tx.record({ resourceIds: [partyId], partyId: partyId });
  return {};
}
