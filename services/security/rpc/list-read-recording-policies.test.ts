import { expect } from 'chai';
import { refused, staff, useService } from '#chassis/testing/service.ts';
import { FIRST_READ_POLICY } from '../domain/read-recording.ts';
import { security } from '../service.ts';
import { unique } from '../testing.ts';

describe('ListReadRecordingPolicies', () => {
  const bank = useService(security);
  const auditor = () => bank.asPrincipal(staff('AUDITOR'));

  it('goes through all policies there were, newest first, page by page', async () => {
    const approved = { ...staff('COMPLIANCE'), approverId: 'stf_other' };
    const executor = bank.asPrincipal(approved, { workload: 'security-executor' });
    for (const baseVersion of [0, 1]) {
      const request = { requestId: unique('policy'), baseVersion, policy: FIRST_READ_POLICY };
      await executor.setReadRecordingPolicy(request);
    }
    const versions: number[] = [];
    let pageToken = '';
    do {
      const page = await auditor().listReadRecordingPolicies({ pageSize: 1, pageToken });
      versions.push(...page.policies.map(({ version }) => version));
      pageToken = page.nextPageToken;
    } while (pageToken !== '');
    expect(versions).to.deep.equal([2, 1, 0]);
    expect((await auditor().listReadRecordingPolicies({})).nextPageToken).to.equal('');
  });

  it('is for auditors and compliance', async () => {
    await refused(bank.asPrincipal(staff('TELLER')).listReadRecordingPolicies({}), 'CALLER_NOT_ALLOWED');
  });
});
