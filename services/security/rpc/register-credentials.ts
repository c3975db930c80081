import type { MessageInitShape } from '@bufbuild/protobuf';
import type { CommandTx } from '#chassis/command.ts';
import { newId } from '#chassis/id.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { RevocationReason } from '#gen/bank/security/v1/security_pb.ts';
import {
  SecurityService as Contract,
  type RegisterCredentialsRequest,
  type RegisterCredentialsResponseSchema,
  type SecurityService,
} from '#gen/bank/security/v1/security_service_pb.ts';
import type { Context } from '../context.ts';
import { checkPassword, normalUsername } from '../domain/password.ts';
import { refuse } from '../domain/refusals.ts';
import { appSetup } from '../domain/second-factor.ts';
import { credentialsRegistered } from '../events.ts';
import { putTotp } from '../factor-tables.ts';
import { deleteLoginUsage } from '../login-tables.ts';
import { deletePasskeys } from '../passkey-tables.ts';
import { newAppSecret, removeSecondFactor } from '../second-factor.ts';
import { revokeAll } from '../sessions.ts';
import { selectStaffMember } from '../staff-tables.ts';
import { lockByParty, lockByUsername, lockCode, lockHash, putCredential, useCode } from '../tables.ts';

/** Registers the credentials of whoever holds a code. */
export function registerCredentials(context: Context): Rpcs<typeof SecurityService>['registerCredentials'] {
  return (request, call) =>
    context.commands.run(Contract.method.registerCredentials, request, call, {
      prepare: async () => {
        checkPassword(request.password, { username: request.username, words: context.bankWords });
        return context.passwords.hash(request.password);
      },
      decide: (tx, passwordHash) => register(context, tx, request, passwordHash),
    });
}

async function register(
  context: Context,
  tx: CommandTx,
  { enrolmentCode, username }: RegisterCredentialsRequest,
  passwordHash: string,
): Promise<MessageInitShape<typeof RegisterCredentialsResponseSchema>> {
  const { vault, now } = context;
  const codeHash = vault.hash('security.enrolment-code', enrolmentCode);
  const [code] = await tx.query(lockCode(codeHash, now()));
  if (!code) throw refuse('ENROLMENT_CODE_INVALID');
  const { partyId } = code;
  const usernameHash = vault.hash('security.username', normalUsername(username));
  await tx.query(lockHash(usernameHash));
  const [holder] = await tx.query(lockByUsername(usernameHash));
  if (holder && holder.partyId !== partyId) throw refuse('USERNAME_TAKEN', { field: 'username' });
  const [before] = await tx.query(lockByParty(partyId));
  const [staff] = await tx.query(selectStaffMember(partyId));
  const app = staff && (await newAppSecret(context, partyId));
  const id = before?.id ?? newId('crd');
  const version = (before?.version ?? 0) + 1;
  await tx.execute(useCode(codeHash));
  await tx.execute(putCredential({ id, partyId, usernameHash, passwordHash, version, now: now() }));
  // Who has lost their app, its codes and their passkeys begins anew: staff have identified them.
  await removeSecondFactor(tx, partyId);
  await tx.execute(deletePasskeys(partyId));
  await revokeAll(tx, partyId, RevocationReason.CREDENTIALS_REPLACED);
  await tx.execute(deleteLoginUsage(partyId));
  if (app) await tx.execute(putTotp(partyId, app.sealed));
  const customerId = staff ? '' : partyId;
  credentialsRegistered(tx, { partyId, customerId }, { id, sequence: version });
  tx.record({ resourceIds: [partyId], partyId: partyId });
  if (!app) return { customerId };
  const { secret: totpSecret, otpauthUri } = appSetup(app.plain, partyId);
  return { staffId: partyId, totpSecret, otpauthUri };
}
