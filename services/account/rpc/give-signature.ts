import type { Rpcs } from '#chassis/serve.ts';
import { type AccountService, AccountService as Contract } from '#gen/bank/account/v1/account_service_pb.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { readPeople } from '../people.ts';
import { daysOf, deciderOf, decideSignature, recordRequest, requestMessage } from '../signatures.ts';
import { readRequest } from '../signed-changes.ts';

/** Signs what waits, once it is proved. */
export function giveSignature(context: Context): Rpcs<typeof AccountService>['giveSignature'] {
  return (request, call) => {
    const { signatureRequestId: id, signatoryId } = request;
    const asked = { signerId: call.principal?.partyId ?? '', signatoryId, decision: 'signed' as const };
    return context.commands.run(Contract.method.giveSignature, request, call, {
      prepare: async () => {
        const row = await readRequest(context, id);
        const { date: today, people } = await readPeople(context, [row.accountId]);
        const its = people.get(row.accountId);
        if (!its) throw refuse('ACCOUNT_NOT_FOUND');
        // Nobody is asked to prove what would be refused.
        deciderOf(row, its, { ...asked, today });
        await context.proving(row, request, call);
        return daysOf(context);
      },
      decide: async (tx, { today }) => {
        const { account, request: row } = await decideSignature(tx, id, asked, today);
        recordRequest(tx, account, row);
        return { signatureRequest: requestMessage(row) };
      },
    });
  };
}
