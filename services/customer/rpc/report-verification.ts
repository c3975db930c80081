import type { Rpcs } from '#chassis/serve.ts';
import { CustomerService as Contract, type CustomerService } from '#gen/bank/customer/v1/customer_service_pb.ts';
import { EvidenceRejection } from '#gen/bank/customer/v1/kyc_pb.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { decide, evidenceMessage, loadEvidence } from '../evidence.ts';
import { warmKey } from '../profile.ts';

/** Takes what a provider says of evidence that waits for it. */
export function reportVerification(context: Context): Rpcs<typeof CustomerService>['reportVerification'] {
  return (request, call) =>
    context.commands.run(Contract.method.reportVerification, request, call, {
      prepare: () => warmKey(context, request.customerId),
      decide: async (tx) => {
        const { provider, rejection, documentExpireDate } = request;
        const loaded = await loadEvidence(tx, context, request);
        const { row } = loaded;
        if (row.provider !== provider) throw refuse('EVIDENCE_NOT_FOUND');
        const said = rejection === EvidenceRejection.UNSPECIFIED ? 'VERIFIED' : 'REJECTED';
        // A verdict may come again under another key, after whoever brought it was killed.
        const isRepeat = row.state === said && row.rejection === rejection && row.deciderId === '';
        if (isRepeat) return { evidence: evidenceMessage(row) };
        if (row.state !== 'PENDING') throw refuse('EVIDENCE_DECIDED');
        const verdict = { rejection, documentExpireDate, deciderId: '', approverId: '' };
        return { evidence: (await decide(tx, context, loaded, verdict)).evidence };
      },
    });
}
