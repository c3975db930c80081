import type { CommandTx } from '#chassis/command.ts';
import { newId } from '#chassis/id.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { RevocationReason } from '#gen/bank/security/v1/security_pb.ts';
import {
  SecurityService as Contract,
  type RegisterCredentialsRequest,
  type SecurityService,
} from '#gen/bank/security/v1/security_service_pb.ts';
import type { Context } from '../context.ts';
import { checkPassword, normalUsername } from '../domain/password.ts';
import { refuse } from '../domain/refusals.ts';
import { credentialsRegistered } from '../events.ts';
import { revokeAll } from '../sessions.ts';
import { lockByCustomer, lockByUsername, lockCode, lockUsername, putCredential, useCode } from '../tables.ts';

/** Registers the credentials of the customer who holds a code. */
export function registerCredentials(context: Context): Rpcs<typeof SecurityService>['registerCredentials'] {
  return (request, call) =>
    context.commands.run(Contract.method.registerCredentials, request, call, {
      prepare: async () => {
        checkPassword(request.password, request.username);
        return context.passwords.hash(request.password);
      },
      decide: async (tx, passwordHash) => ({ customerId: await register(context, tx, request, passwordHash) }),
    });
}

async function register(
  { vault, now }: Context,
  tx: CommandTx,
  { enrolmentCode, username }: RegisterCredentialsRequest,
  passwordHash: string,
): Promise<string> {
  const codeHash = vault.hash('security.enrolment-code', enrolmentCode);
  const [code] = await tx.query(lockCode(codeHash, now()));
  if (!code) throw refuse('ENROLMENT_CODE_INVALID');
  const { customerId } = code;
  const usernameHash = vault.hash('security.username', normalUsername(username));
  await tx.query(lockUsername(usernameHash));
  const [holder] = await tx.query(lockByUsername(usernameHash));
  if (holder && holder.customerId !== customerId) throw refuse('USERNAME_TAKEN', { field: 'username' });
  const [before] = await tx.query(lockByCustomer(customerId));
  const id = before?.id ?? newId('crd');
  const version = (before?.version ?? 0) + 1;
  await tx.execute(useCode(codeHash));
  await tx.execute(putCredential({ id, customerId, usernameHash, passwordHash, version, now: now() }));
  await revokeAll(tx, customerId, RevocationReason.CREDENTIALS_REPLACED);
  credentialsRegistered(tx, id, customerId, version);
  tx.record({ resourceIds: [customerId], partyId: customerId });
  return customerId;
}
