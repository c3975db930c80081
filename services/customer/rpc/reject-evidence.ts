import type { Rpcs } from '#chassis/serve.ts';
import { CustomerService as Contract, type CustomerService } from '#gen/bank/customer/v1/customer_service_pb.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { decide, loadEvidence } from '../evidence.ts';
import { warmKey } from '../profile.ts';

/** Says that evidence does not count, or does not any more. */
export function rejectEvidence(context: Context): Rpcs<typeof CustomerService>['rejectEvidence'] {
  return (request, call) =>
    context.commands.run(Contract.method.rejectEvidence, request, call, {
      prepare: () => warmKey(context, request.customerId),
      decide: async (tx) => {
        const loaded = await loadEvidence(tx, context, request);
        const { state } = loaded.row;
        if (state === 'REJECTED' || state === 'EXPIRED') throw refuse('EVIDENCE_DECIDED');
        const { rejection } = request;
        const deciderId = call.principal?.partyId ?? '';
        return decide(tx, context, loaded, { rejection, documentExpireDate: '', deciderId, approverId: '' });
      },
    });
}
