import { expect } from 'chai';
import { eventsOf, recordsOf } from '#chassis/testing/events.ts';
import { refused, staff, useService } from '#chassis/testing/service.ts';
import { DocumentKind } from '#gen/bank/customer/v1/document_pb.ts';
import { EvidenceRejection, EvidenceState } from '#gen/bank/customer/v1/kyc_pb.ts';
import { customer } from '../service.ts';
import { anOrganisation, registered, unique } from '../testing.ts';
import { approvedBy, requireVerification, submitted, tierOf, verified } from '../testing-kyc.ts';

describe('VerifyEvidence', () => {
  const bank = useService(customer);
  const office = () => bank.asPrincipal(staff('BACK_OFFICE'));
  before(() => requireVerification(bank));

  it('is done by two, once, and raises the tier, which is told', async () => {
    const customerId = await registered(office());
    const of = await submitted(bank, customerId);
    const request = { requestId: unique('v'), ...of };
    await refused(office().verifyEvidence(request), 'CALLER_NOT_ALLOWED');
    const { evidence, profile } = await approvedBy(bank, 'BACK_OFFICE').verifyEvidence(request);
    expect(evidence).to.deep.include({
      state: EvidenceState.VERIFIED,
      deciderId: 'stf_back_office',
      approverId: 'stf_other',
      expireDate: Temporal.Now.plainDateISO('Europe/Prague').add({ months: 24 }).toString(),
    });
    expect([profile?.tier?.code, profile?.nextTier?.code]).to.deep.equal(['known', 'full']);
    expect(profile?.missing.map(({ anyOf }) => anyOf)).to.deep.equal([[DocumentKind.PROOF_OF_ADDRESS]]);
    expect((await approvedBy(bank, 'BACK_OFFICE').verifyEvidence(request)).evidence).to.deep.equal(evidence);
    expect(await eventsOf(bank.database, `kyc${customerId.slice(3)}`)).to.deep.equal([
      'CustomerStandingChanged 1',
      'CustomerStandingChanged 2',
    ]);
    expect(await eventsOf(bank.database, of.evidenceId)).to.deep.equal(['EvidenceSubmitted 1', 'EvidenceDecided 2']);
    expect((await recordsOf(bank.database, request.requestId))[0]?.resourceIds).to.deep.equal([
      of.evidenceId,
      customerId,
    ]);
    await verified(bank, customerId, { kind: DocumentKind.PROOF_OF_ADDRESS });
    expect(await tierOf(bank, customerId)).to.equal('full');
    await refused(approvedBy(bank).verifyEvidence({ ...request, requestId: unique('v') }), 'EVIDENCE_DECIDED');
  });

  it('asks other things of an organisation, and knows a document that expires before its time', async () => {
    const customerId = await registered(office(), anOrganisation());
    await verified(bank, customerId);
    expect(await tierOf(bank, customerId)).to.equal('entry');
    const documentExpireDate = Temporal.Now.plainDateISO('Europe/Prague').add({ days: 3 }).toString();
    const { expireDate } = await verified(bank, customerId, {
      kind: DocumentKind.REGISTER_EXTRACT,
      documentExpireDate,
    });
    expect([expireDate, await tierOf(bank, customerId)]).to.deep.equal([documentExpireDate, 'full']);
  });

  it('takes back a rejection, but not where the document was submitted again', async () => {
    const customerId = await registered(office());
    const of = await submitted(bank, customerId);
    const verify = (changes: object = {}) =>
      approvedBy(bank).verifyEvidence({ requestId: unique('v'), ...of, ...changes });
    await refused(verify({ customerId: await registered(office()) }), 'EVIDENCE_NOT_FOUND');
    await refused(verify({ customerId: 'cus_unknown' }), 'CUSTOMER_NOT_FOUND');
    await refused(verify({ documentExpireDate: '2001-01-01' }), 'EVIDENCE_OUTDATED');
    const rejection = EvidenceRejection.ILLEGIBLE;
    const { evidence } = await office().rejectEvidence({ requestId: unique('r'), ...of, rejection });
    const { documentId = '', documentVersion = 0 } = evidence ?? {};
    const again = await office().submitEvidence({ requestId: unique('s'), customerId, documentId, documentVersion });
    await refused(verify(), 'EVIDENCE_EXISTS');
    const second = again.evidence?.evidenceId ?? '';
    await office().rejectEvidence({ requestId: unique('r'), customerId, evidenceId: second, rejection });
    expect((await verify()).evidence?.rejection).to.equal(EvidenceRejection.UNSPECIFIED);
  });
});
