import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { recordsOf } from '#chassis/testing/events.ts';
import { refused, staff } from '#chassis/testing/service.ts';
import { CaseState } from '#gen/bank/audit/v1/monitoring_pb.ts';
import { useAudit } from '../testing.ts';

describe('AssignCase', () => {
  const { bank, auditor, denied } = useAudit();
  const officer = () => bank.asPrincipal(staff('COMPLIANCE'));
  const assigning = (caseId: string, assigneeId = '') => ({ requestId: randomUUID(), caseId, assigneeId });

  it('gives a case to the caller or to somebody else, again and again, and records it', async () => {
    const { caseId } = await denied('cus_jana');
    const { case: mine } = await officer().assignCase(assigning(caseId));
    expect(mine).to.deep.include({ state: CaseState.UNDER_REVIEW, assigneeId: 'stf_compliance' });
    const request = assigning(caseId, 'stf_other');
    const { case: theirs } = await officer().assignCase(request);
    expect(theirs?.assigneeId).to.equal('stf_other');
    expect((await officer().assignCase(request)).case).to.deep.equal(theirs);
    expect((await auditor().getCase({ caseId })).case).to.deep.equal(theirs);
    const [record] = await recordsOf(bank.database, request.requestId);
    expect(record?.resourceIds).to.deep.equal([caseId, 'cus_jana']);
  });

  it('gives nobody a case about themselves', async () => {
    const { caseId } = await denied('stf_compliance');
    await refused(officer().assignCase(assigning(caseId, 'stf_other')), 'CASE_SUBJECT_NOT_ALLOWED');
    const other = bank.asPrincipal({ ...staff('COMPLIANCE'), partyId: 'stf_other' });
    await refused(other.assignCase(assigning(caseId, 'stf_compliance')), 'CASE_SUBJECT_NOT_ALLOWED');
    expect((await other.assignCase(assigning(caseId))).case?.assigneeId).to.equal('stf_other');
  });

  it('is of a case that there is and that has not ended, and for compliance', async () => {
    const { caseId } = await denied('cus_petr');
    await officer().assignCase({ ...assigning(caseId), validateOnly: true });
    expect((await auditor().getCase({ caseId })).case?.state).to.equal(CaseState.OPEN);
    await officer().decideCase({ requestId: randomUUID(), caseId, state: CaseState.DISMISSED, text: 'A broken app' });
    await refused(officer().assignCase(assigning(caseId)), 'CASE_ENDED');
    await refused(officer().assignCase(assigning('cse_none')), 'CASE_NOT_FOUND');
    await refused(auditor().assignCase(assigning(caseId)), 'CALLER_NOT_ALLOWED');
  });
});
