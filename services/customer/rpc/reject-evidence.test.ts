import { expect } from 'chai';
import { refused, staff, useService } from '#chassis/testing/service.ts';
import { EvidenceRejection, EvidenceState } from '#gen/bank/customer/v1/kyc_pb.ts';
import { customer } from '../service.ts';
import { registered, unique } from '../testing.ts';
import { requireVerification, tierOf, verified } from '../testing-kyc.ts';

describe('RejectEvidence', () => {
  const bank = useService(customer);
  const office = () => bank.asPrincipal(staff('BACK_OFFICE'));
  before(() => requireVerification(bank));

  it('says why, lowers the tier of what counted, and is done once', async () => {
    const customerId = await registered(office());
    const { evidenceId } = await verified(bank, customerId);
    const request = { requestId: unique('r'), customerId, evidenceId, rejection: EvidenceRejection.FORGED };
    const { evidence, profile } = await office().rejectEvidence(request);
    expect(evidence).to.deep.include({
      state: EvidenceState.REJECTED,
      rejection: EvidenceRejection.FORGED,
      deciderId: 'stf_back_office',
    });
    expect(profile?.tier?.code).to.equal('entry');
    expect((await office().rejectEvidence(request)).evidence).to.deep.equal(evidence);
    await refused(office().rejectEvidence({ ...request, requestId: unique('r') }), 'EVIDENCE_DECIDED');
    await refused(
      office().rejectEvidence({ ...request, requestId: unique('r'), evidenceId: 'evd_none' }),
      'EVIDENCE_NOT_FOUND',
    );
    await refused(
      office().rejectEvidence({ ...request, requestId: unique('r'), rejection: EvidenceRejection.UNSPECIFIED }),
      'REQUEST_INVALID',
    );
    expect(await tierOf(bank, customerId)).to.equal('entry');
  });
});
