import { expect } from 'chai';
import { refused, staff, useService } from '#chassis/testing/service.ts';
import { EvidenceRejection, EvidenceState } from '#gen/bank/customer/v1/kyc_pb.ts';
import { customer } from '../service.ts';
import { registered, unique } from '../testing.ts';
import { requireVerification, submitted, tierOf } from '../testing-kyc.ts';

describe('ReportVerification', () => {
  const bank = useService(customer);
  const office = () => bank.asPrincipal(staff('BACK_OFFICE'));
  const integration = () => bank.as('integration-inbound');
  const provider = 'identity-check';
  before(() => requireVerification(bank));

  it('takes the verdict of who was asked, also when it comes again under another key', async () => {
    const customerId = await registered(office());
    const of = await submitted(bank, customerId, { provider });
    const report = (changes: object = {}) =>
      integration().reportVerification({ requestId: unique('p'), ...of, provider, ...changes });
    await refused(report({ provider: 'another' }), 'EVIDENCE_NOT_FOUND');
    const { evidence } = await report();
    expect(evidence).to.deep.include({ state: EvidenceState.VERIFIED, deciderId: '', version: 2 });
    expect((await report()).evidence).to.deep.equal(evidence);
    expect(await tierOf(bank, customerId)).to.equal('known');
    await refused(report({ rejection: EvidenceRejection.FORGED }), 'EVIDENCE_DECIDED');
    await refused(office().reportVerification({ requestId: unique('p'), ...of, provider }), 'CALLER_NOT_ALLOWED');
  });

  it('takes that it does not count, and leaves what staff have decided', async () => {
    const customerId = await registered(office());
    const [first, second] = [
      await submitted(bank, customerId, { provider }),
      await submitted(bank, customerId, { provider }),
    ];
    const rejection = EvidenceRejection.NOT_THE_CUSTOMER;
    const { evidence } = await integration().reportVerification({
      requestId: unique('p'),
      ...first,
      provider,
      rejection,
    });
    expect(evidence).to.deep.include({ state: EvidenceState.REJECTED, rejection });
    await office().rejectEvidence({ requestId: unique('r'), ...second, rejection: EvidenceRejection.ILLEGIBLE });
    await refused(
      integration().reportVerification({ requestId: unique('p'), ...second, provider }),
      'EVIDENCE_DECIDED',
    );
    expect(await tierOf(bank, customerId)).to.equal('entry');
  });
});
