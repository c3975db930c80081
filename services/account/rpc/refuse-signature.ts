import type { Rpcs } from '#chassis/serve.ts';
import { type AccountService, AccountService as Contract } from '#gen/bank/account/v1/account_service_pb.ts';
import type { Context } from '../context.ts';
import { daysOf, decideSignature, recordRequest, requestMessage } from '../signatures.ts';

/** Refuses to sign what waits. */
export function refuseSignature(context: Context): Rpcs<typeof AccountService>['refuseSignature'] {
  return (request, call) => {
    const { signatureRequestId: id, signatoryId } = request;
    const asked = { signerId: call.principal?.partyId ?? '', signatoryId, decision: 'refused' as const };
    return context.commands.run(Contract.method.refuseSignature, request, call, {
      prepare: () => daysOf(context),
      decide: async (tx, { today }) => {
        const { account, request: row } = await decideSignature(tx, id, asked, today);
        recordRequest(tx, account, row);
        return { signatureRequest: requestMessage(row) };
      },
    });
  };
}
