import { expect } from 'chai';
import { refused, staff } from '#chassis/testing/service.ts';
import { FIRST_RETENTION } from '../domain/retention.ts';
import { unique, useNotification } from '../testing.ts';

describe('ListRetentionPolicies of notices', () => {
  const { bank } = useNotification();

  it('goes through all policies there were, newest first, page by page, for auditors and compliance', async () => {
    const approved = { ...staff('COMPLIANCE'), approverId: 'stf_other' };
    const executor = bank.asPrincipal(approved, { workload: 'security-executor' });
    for (const baseVersion of [0, 1]) {
      await executor.setRetentionPolicy({ requestId: unique('set'), baseVersion, policy: FIRST_RETENTION });
    }
    const auditor = bank.asPrincipal(staff('AUDITOR'));
    const { policies, nextPageToken: pageToken } = await auditor.listRetentionPolicies({ pageSize: 2 });
    const { policies: rest, nextPageToken } = await auditor.listRetentionPolicies({ pageSize: 2, pageToken });
    expect([...policies, ...rest].map(({ version }) => version)).to.deep.equal([2, 1, 0]);
    expect([rest[0]?.policy, nextPageToken]).to.deep.equal([FIRST_RETENTION, '']);
    await refused(bank.asPrincipal(staff('TELLER')).listRetentionPolicies({}), 'CALLER_NOT_ALLOWED');
  });
});
