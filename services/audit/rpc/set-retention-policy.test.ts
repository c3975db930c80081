import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { recordsOf } from '#chassis/testing/events.ts';
import { refused, staff } from '#chassis/testing/service.ts';
import { FIRST_RETENTION } from '../domain/keeping.ts';
import { useAudit } from '../testing.ts';

describe('SetRetentionPolicy', () => {
  const { bank, auditor } = useAudit();
  const approved = { ...staff('COMPLIANCE'), approverId: 'stf_other' };
  const executor = () => bank.asPrincipal(approved, { workload: 'security-executor' });
  const setting = (baseVersion: number, archiveMonths: number) => ({
    requestId: randomUUID(),
    baseVersion,
    policy: { ...FIRST_RETENTION, archiveMonths },
  });

  it('puts a policy in force, keeps those before, and records who changed what and who approved', async () => {
    const request = setting(0, 30);
    const { policy } = await executor().setRetentionPolicy(request);
    expect(policy).to.deep.include({ version: 1, authorId: 'stf_compliance', approverId: 'stf_other' });
    expect((await executor().setRetentionPolicy(request)).policy).to.deep.equal(policy);
    const { policies } = await auditor().listRetentionPolicies({});
    expect(policies.map((one) => one.policy?.archiveMonths)).to.deep.equal([30, 24]);
    const [record] = await recordsOf(bank.database, request.requestId);
    expect(record?.resourceIds).to.deep.equal(['retention_policy/1']);
    expect([record?.before, record?.after].every((sealed) => sealed !== undefined)).to.equal(true);
  });

  it('refuses what contradicts itself, a version that was changed meanwhile, and whoever comes alone', async () => {
    await refused(executor().setRetentionPolicy(setting(0, 30)), 'ETAG_MISMATCH');
    await refused(executor().setRetentionPolicy(setting(1, 1)), 'REQUEST_INVALID');
    await refused(executor().setRetentionPolicy(setting(1, 37)), 'RETENTION_POLICY_INVALID');
    const alone = bank.asPrincipal(staff('COMPLIANCE'));
    await refused(alone.setRetentionPolicy(setting(1, 30)), 'CALLER_NOT_ALLOWED');
    await executor().setRetentionPolicy({ ...setting(1, 31), validateOnly: true });
    expect((await auditor().listRetentionPolicies({})).policies).to.have.length(2);
  });
});
