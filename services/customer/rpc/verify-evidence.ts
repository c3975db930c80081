import type { Rpcs } from '#chassis/serve.ts';
import { CustomerService as Contract, type CustomerService } from '#gen/bank/customer/v1/customer_service_pb.ts';
import { EvidenceRejection } from '#gen/bank/customer/v1/kyc_pb.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { decide, loadEvidence } from '../evidence.ts';
import { EvidenceRow } from '../kyc-tables.ts';
import { warmKey } from '../profile.ts';

/** Says that evidence is what it claims to be, which somebody else has approved. */
export function verifyEvidence(context: Context): Rpcs<typeof CustomerService>['verifyEvidence'] {
  return (request, call) =>
    context.commands.run(Contract.method.verifyEvidence, request, call, {
      prepare: () => warmKey(context, request.customerId),
      decide: async (tx) => {
        const loaded = await loadEvidence(tx, context, request);
        const { state, documentId, documentVersion } = loaded.row;
        if (state === 'VERIFIED' || state === 'EXPIRED') throw refuse('EVIDENCE_DECIDED');
        const counting = { documentId, documentVersion, state: { $in: ['PENDING' as const, 'VERIFIED' as const] } };
        // Submitted again since it was rejected.
        if (state === 'REJECTED' && (await tx.em.count(EvidenceRow, counting)) > 0) throw refuse('EVIDENCE_EXISTS');
        const { partyId: deciderId = '', approverId = '' } = call.principal ?? {};
        const rejection = EvidenceRejection.UNSPECIFIED;
        const { documentExpireDate } = request;
        return decide(tx, context, loaded, { rejection, documentExpireDate, deciderId, approverId });
      },
    });
}
