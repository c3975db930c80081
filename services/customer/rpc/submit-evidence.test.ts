import { expect } from 'chai';
import { eventsOf } from '#chassis/testing/events.ts';
import { customer as asCustomer, refused, staff, useService } from '#chassis/testing/service.ts';
import { EvidenceState } from '#gen/bank/customer/v1/kyc_pb.ts';
import { customer } from '../service.ts';
import { registered, unique } from '../testing.ts';
import { aPdf, started, stored } from '../testing-documents.ts';

describe('SubmitEvidence', () => {
  const bank = useService(customer);
  const office = () => bank.asPrincipal(staff('BACK_OFFICE'));

  it('takes a stored document of the customer, once, from the customer as well', async () => {
    const customerId = await registered(office());
    const jana = bank.asPrincipal(asCustomer(customerId));
    const { documentId, version: documentVersion } = await stored(jana, customerId);
    const request = { requestId: unique('s'), customerId, documentId, documentVersion, provider: 'identity-check' };
    const { evidence } = await jana.submitEvidence(request);
    expect(evidence).to.deep.include({ state: EvidenceState.PENDING, documentId, provider: 'identity-check' });
    expect((await jana.submitEvidence(request)).evidence).to.deep.equal(evidence);
    expect(await eventsOf(bank.database, evidence?.evidenceId ?? '')).to.deep.equal(['EvidenceSubmitted 1']);
    await refused(jana.submitEvidence({ ...request, requestId: unique('s') }), 'EVIDENCE_EXISTS');
  });

  it('refuses what is not there, not stored, or over', async () => {
    const [customerId, other] = [await registered(office()), await registered(office())];
    const { documentId, version: documentVersion } = await stored(office(), customerId);
    const begun = await started(office(), customerId, aPdf());
    const submit = (changes: object) =>
      office().submitEvidence({ requestId: unique('s'), customerId, documentId, documentVersion, ...changes });
    await refused(submit({ customerId: 'cus_unknown' }), 'CUSTOMER_NOT_FOUND');
    await refused(submit({ customerId: other }), 'DOCUMENT_NOT_FOUND');
    await refused(submit({ documentVersion: 2 }), 'DOCUMENT_NOT_FOUND');
    await refused(submit({ documentId: begun.documentId }), 'DOCUMENT_NOT_FOUND');
    await refused(submit({ documentExpireDate: '2001-01-01' }), 'EVIDENCE_OUTDATED');
    await refused(submit({ documentExpireDate: '2001-02-30' }), 'REQUEST_INVALID');
    await office().deactivateCustomer({ requestId: unique('end'), customerId });
    await refused(submit({}), 'CUSTOMER_DEACTIVATED');
  });
});
