import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { recordsOf } from '#chassis/testing/events.ts';
import { refused, staff } from '#chassis/testing/service.ts';
import { useAudit } from '../testing.ts';

describe('SetMonitoringRule', () => {
  const { bank, auditor, denied, lookedAt } = useAudit();
  const approved = { ...staff('COMPLIANCE'), approverId: 'stf_other' };
  const executor = () => bank.asPrincipal(approved, { workload: 'security-executor' });
  const setting = (countMin: number, baseVersion: number) => ({
    requestId: randomUUID(),
    baseVersion,
    rule: {
      ruleId: 'denied-access',
      displayName: 'Refused again',
      enabled: true,
      condition: { case: 'deniedAccess', value: { countMin, windowMinutes: 5 } } as const,
    },
  });

  it('puts a version in force, keeps those before, and records who changed what and who approved', async () => {
    const request = setting(4, 0);
    const { rule } = await executor().setMonitoringRule(request);
    expect(rule).to.deep.include({ version: 1, authorId: 'stf_compliance', approverId: 'stf_other' });
    expect((await executor().setMonitoringRule(request)).rule).to.deep.equal(rule);
    await executor().setMonitoringRule(setting(5, 1));
    const { rules } = await auditor().listMonitoringRules({ ruleId: 'denied-access' });
    expect(rules.map(({ version, rule: of }) => [version, of?.condition.value])).to.deep.equal(
      [
        [2, 5, 5],
        [1, 4, 5],
        [0, 10, 15],
      ].map(([version, countMin, windowMinutes]) => [
        version,
        { $typeName: 'bank.audit.v1.DeniedAccess', countMin, windowMinutes },
      ]),
    );
    const [record] = await recordsOf(bank.database, request.requestId);
    expect(record?.resourceIds).to.deep.equal(['monitoring_rule/denied-access/1']);
    expect([record?.before, record?.after].every((sealed) => sealed !== undefined)).to.equal(true);
  });

  it('finds by the new version from then on, and nothing when it is disabled', async () => {
    const found = await denied('cus_first');
    expect(found).to.include({ ruleVersion: 2, evidenceCount: 10 });
    const off = setting(5, 2);
    off.rule.enabled = false;
    await executor().setMonitoringRule(off);
    const reason = await denied('cus_second').catch((error: Error) => error.message);
    expect(reason).to.equal('there is no alert about cus_second');
    await lookedAt();
  });

  it('refuses what contradicts itself, and a version that was changed meanwhile', async () => {
    await refused(executor().setMonitoringRule(setting(5, 0)), 'ETAG_MISMATCH');
    await refused(executor().setMonitoringRule(setting(1, 3)), 'REQUEST_INVALID');
    const night = { fromHour: 5, untilHour: 5, weekends: false, countMin: 1, windowMinutes: 1 };
    const { rule, ...request } = setting(5, 3);
    const condition = { case: 'offHoursAccess', value: night } as const;
    await refused(executor().setMonitoringRule({ ...request, rule: { ...rule, condition } }), 'RULE_INVALID');
  });

  it('needs another officer, and only tells with validate_only', async () => {
    const compliance = bank.asPrincipal(staff('COMPLIANCE'));
    await refused(compliance.setMonitoringRule(setting(5, 3)), 'CALLER_NOT_ALLOWED');
    await refused(auditor().setMonitoringRule(setting(5, 3)), 'CALLER_NOT_ALLOWED');
    await executor().setMonitoringRule({ ...setting(7, 3), validateOnly: true });
    expect((await auditor().listMonitoringRules({ ruleId: 'denied-access' })).rules).to.have.length(4);
  });
});
