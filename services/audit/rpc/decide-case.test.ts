import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { refused, staff } from '#chassis/testing/service.ts';
import { CaseState } from '#gen/bank/audit/v1/monitoring_pb.ts';
import { useAudit } from '../testing.ts';

describe('DecideCase', () => {
  const { bank, auditor, denied } = useAudit();
  const officer = () => bank.asPrincipal(staff('COMPLIANCE'));
  const deciding = (caseId: string, state: CaseState = CaseState.DISMISSED) => ({
    requestId: randomUUID(),
    caseId,
    state,
    text: 'Nothing in it',
  });

  it('ends a case with a note that says why; what is found next opens another', async () => {
    const { caseId } = await denied('cus_jana');
    const { case: ended } = await officer().decideCase(deciding(caseId, CaseState.REPORTED));
    expect(ended?.state).to.equal(CaseState.REPORTED);
    const read = await auditor().getCase({ caseId });
    expect([read.case, read.notes.map(({ text }) => text)]).to.deep.equal([ended, ['Nothing in it']]);
    await refused(officer().decideCase(deciding(caseId)), 'CASE_ENDED');
    const next = await denied('cus_jana');
    expect(next.caseId).not.to.equal(caseId);
    expect((await auditor().getCase({ caseId })).alerts.map(({ evidenceCount }) => evidenceCount)).to.deep.equal([10]);
  });

  it('is of a case that there is, not about the caller, in a state that ends it, and for compliance', async () => {
    const { caseId } = await denied('stf_compliance');
    await refused(officer().decideCase(deciding(caseId)), 'CASE_SUBJECT_NOT_ALLOWED');
    await refused(officer().decideCase(deciding('cse_none')), 'CASE_NOT_FOUND');
    await refused(officer().decideCase(deciding(caseId, CaseState.OPEN)), 'REQUEST_INVALID');
    await refused(auditor().decideCase(deciding(caseId)), 'CALLER_NOT_ALLOWED');
  });
});
