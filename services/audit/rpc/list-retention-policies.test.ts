import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { refused, staff } from '#chassis/testing/service.ts';
import { FIRST_RETENTION } from '../domain/keeping.ts';
import { useAudit } from '../testing.ts';

describe('ListRetentionPolicies', () => {
  const { bank, auditor } = useAudit();

  it('goes through all policies there were, newest first, page by page', async () => {
    const approved = { ...staff('COMPLIANCE'), approverId: 'stf_other' };
    const executor = bank.asPrincipal(approved, { workload: 'security-executor' });
    for (const baseVersion of [0, 1]) {
      await executor.setRetentionPolicy({ requestId: randomUUID(), baseVersion, policy: FIRST_RETENTION });
    }
    const { policies, nextPageToken: pageToken } = await auditor().listRetentionPolicies({ pageSize: 2 });
    const { policies: rest, nextPageToken } = await auditor().listRetentionPolicies({ pageSize: 2, pageToken });
    expect([...policies, ...rest].map(({ version }) => version)).to.deep.equal([2, 1, 0]);
    expect(rest[0]?.policy).to.deep.equal(FIRST_RETENTION);
    expect(nextPageToken).to.equal('');
  });

  it('is for auditors and compliance', async () => {
    await refused(bank.asPrincipal(staff('TELLER')).listRetentionPolicies({}), 'CALLER_NOT_ALLOWED');
  });
});
