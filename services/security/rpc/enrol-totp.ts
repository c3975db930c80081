import type { Rpcs } from '#chassis/serve.ts';
import { SecurityService as Contract, type SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { appSetup } from '../domain/second-factor.ts';
import { lockTotp, putTotp } from '../factor-tables.ts';
import { proveAgain, stillStand } from '../proofs.ts';
import { newAppSecret } from '../second-factor.ts';

/** Makes the secret of an authenticator app that is to be confirmed. */
export function enrolTotp(context: Context): Rpcs<typeof SecurityService>['enrolTotp'] {
  return (request, call) =>
    context.commands.run(Contract.method.enrolTotp, request, call, {
      prepare: async () => {
        const { credential } = await proveAgain(context, call, { password: request.password });
        return { credential, made: await newAppSecret(context, credential.partyId) };
      },
      decide: async (tx, { credential, made }) => {
        const { partyId } = credential;
        if (!(await stillStand(tx, credential))) throw refuse('PROOF_REFUSED');
        const [there] = await tx.query(lockTotp(partyId));
        if (there?.confirmed) throw refuse('SECOND_FACTOR_EXISTS');
        await tx.execute(putTotp(partyId, made.sealed));
        tx.record({ resourceIds: [partyId], partyId: partyId });
        return appSetup(made.plain, partyId);
      },
    });
}
