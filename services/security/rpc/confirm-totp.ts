import type { Call } from '#chassis/call-context.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { SecurityService as Contract, type SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { lockTotp, selectTotp, useStep } from '../factor-tables.ts';
import { countTry, stillStand, takeBack } from '../proofs.ts';
import { giveRecoveryCodes } from '../recovery-codes.ts';
import { appStep } from '../second-factor.ts';
import { lockByParty } from '../tables.ts';

/** Confirms an authenticator app, and makes its recovery codes. */
export function confirmTotp(context: Context): Rpcs<typeof SecurityService>['confirmTotp'] {
  return (request, call) =>
    context.commands.run(Contract.method.confirmTotp, request, call, {
      prepare: () => prove(context, call, request.code),
      decide: async (tx, { credential, secret, step }) => {
        const { partyId } = credential;
        if (!(await stillStand(tx, credential))) throw refuse('PROOF_REFUSED');
        const [app] = await tx.query(lockTotp(partyId));
        if (!app || app.confirmed || !app.secret.equals(secret)) throw refuse('PROOF_REFUSED');
        await tx.execute(useStep(partyId, step));
        tx.record({ resourceIds: [partyId], partyId: partyId });
        return { recoveryCodes: await giveRecoveryCodes(context, tx, credential) };
      },
    });
}

/** A guess at the code counts: who holds a stolen token has not seen the secret. */
async function prove(context: Context, call: Call, code: string) {
  const partyId = call.principal?.partyId ?? '';
  const [app] = await context.database.query(selectTotp(partyId));
  if (!app || app.confirmed) throw refuse('SECOND_FACTOR_NOT_FOUND');
  const { found, mayTry } = await countTry(context, lockByParty(partyId));
  const step = mayTry ? await appStep(context, app, code) : undefined;
  if (!found || step === undefined) throw refuse('PROOF_REFUSED');
  await takeBack(context, found);
  return { credential: found, secret: app.secret, step };
}
