import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { refused, staff } from '#chassis/testing/service.ts';
import { CaseState } from '#gen/bank/audit/v1/monitoring_pb.ts';
import { useAudit } from '../testing.ts';

describe('ListCases', () => {
  const { bank, auditor, denied } = useAudit();

  it('lists cases, newest first, by state, assignee and subject, page by page', async () => {
    const [one, two] = [(await denied('cus_one')).caseId, (await denied('cus_two')).caseId];
    const officer = bank.asPrincipal(staff('COMPLIANCE'));
    await officer.assignCase({ requestId: randomUUID(), caseId: one });
    const listed = async (filter: Parameters<typeof officer.listCases>[0]) =>
      (await auditor().listCases(filter)).cases.map(({ caseId }) => caseId);
    expect(await listed({})).to.deep.equal([two, one]);
    expect(await listed({ state: CaseState.UNDER_REVIEW })).to.deep.equal([one]);
    expect(await listed({ assigneeId: 'stf_compliance' })).to.deep.equal([one]);
    expect(await listed({ subjectId: 'cus_two', state: CaseState.OPEN })).to.deep.equal([two]);
    const { nextPageToken: pageToken } = await auditor().listCases({ pageSize: 1 });
    expect(await listed({ pageSize: 1, pageToken })).to.deep.equal([one]);
    await refused(auditor().listCases({ pageToken, state: CaseState.OPEN }), 'PAGE_TOKEN_INVALID');
  });

  it('is for compliance and auditors', async () => {
    await refused(bank.asPrincipal(staff('BACK_OFFICE')).listCases({}), 'CALLER_NOT_ALLOWED');
  });
});
