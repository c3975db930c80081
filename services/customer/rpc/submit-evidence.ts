import type { CommandTx } from '#chassis/command.ts';
import { readDate } from '#chassis/dates.ts';
import { newId } from '#chassis/id.ts';
import type { Rpcs } from '#chassis/serve.ts';
import {
  CustomerService as Contract,
  type CustomerService,
  type SubmitEvidenceRequest,
} from '#gen/bank/customer/v1/customer_service_pb.ts';
import { type Evidence, EvidenceRejection } from '#gen/bank/customer/v1/kyc_pb.ts';
import { loadActive } from '../changes.ts';
import type { Context } from '../context.ts';
import { DocumentRow } from '../document-tables.ts';
import { refuse } from '../domain/refusals.ts';
import { publishSubmitted } from '../events.ts';
import { EVIDENCE_MAX, evidenceMessage } from '../evidence.ts';
import { EvidenceRow } from '../kyc-tables.ts';
import { warmKey } from '../profile.ts';

/** Submits a document as evidence of who a customer is. */
export function submitEvidence(context: Context): Rpcs<typeof CustomerService>['submitEvidence'] {
  return (request, call) =>
    context.commands.run(Contract.method.submitEvidence, request, call, {
      prepare: () => warmKey(context, request.customerId),
      decide: async (tx) => ({ evidence: await submit(context, tx, request) }),
    });
}

async function submit({ vault, today }: Context, tx: CommandTx, request: SubmitEvidenceRequest): Promise<Evidence> {
  const { customerId, documentId, documentVersion, provider } = request;
  const documentExpireDate = readDate('document_expire_date', request.documentExpireDate)?.toString() ?? null;
  // Under the customer's lock: two cannot submit the same.
  await loadActive(tx, vault, customerId);
  const which = { id: documentId, version: documentVersion, customerId, state: 'STORED' as const };
  const document = await tx.em.findOne(DocumentRow, which);
  if (!document) throw refuse('DOCUMENT_NOT_FOUND');
  if (documentExpireDate !== null && documentExpireDate < today().toString()) throw refuse('EVIDENCE_OUTDATED');
  const known = await tx.em.find(EvidenceRow, { customerId }, { refresh: true });
  const isSame = (one: EvidenceRow) => one.documentId === documentId && one.documentVersion === documentVersion;
  const counts = (one: EvidenceRow) => one.state === 'PENDING' || one.state === 'VERIFIED';
  if (known.some((one) => isSame(one) && counts(one))) throw refuse('EVIDENCE_EXISTS');
  if (known.length >= EVIDENCE_MAX) throw refuse('EVIDENCE_TOO_MANY');
  const now = new Date();
  const row = tx.em.create(EvidenceRow, {
    id: newId('evd'),
    customerId,
    documentId,
    documentVersion,
    kind: document.kind,
    provider,
    state: 'PENDING',
    documentExpireDate,
    verifyDate: null,
    expireDate: null,
    rejection: EvidenceRejection.UNSPECIFIED,
    deciderId: '',
    approverId: '',
    version: 1,
    createTime: now,
    updateTime: now,
  });
  // At once, so that the next of this batch sees it.
  await tx.em.flush();
  publishSubmitted(tx, row);
  tx.record({ resourceIds: [row.id, customerId], partyId: customerId });
  return evidenceMessage(row);
}
