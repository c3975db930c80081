import type { Rpcs } from '#chassis/serve.ts';
import { type AccountService, AccountService as Contract } from '#gen/bank/account/v1/account_service_pb.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { daysOf, endRequest, lockRequest, recordRequest, requestMessage } from '../signatures.ts';

/** Takes back what one has asked for. */
export function withdrawSignatureRequest(context: Context): Rpcs<typeof AccountService>['withdrawSignatureRequest'] {
  return (request, call) =>
    context.commands.run(Contract.method.withdrawSignatureRequest, request, call, {
      prepare: () => daysOf(context),
      decide: async (tx, { today }) => {
        const { account, request: row } = await lockRequest(tx, request.signatureRequestId, today);
        if (row.state !== 'open') throw refuse('SIGNATURE_REQUEST_ENDED');
        if (row.makerId !== call.principal?.partyId) throw refuse('MAKER_REQUIRED');
        const ended = await endRequest(tx, account, row, 'withdrawn');
        recordRequest(tx, account, ended);
        return { signatureRequest: requestMessage(ended) };
      },
    });
}
