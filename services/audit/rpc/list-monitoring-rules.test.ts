import { expect } from 'chai';
import { refused, staff } from '#chassis/testing/service.ts';
import { FIRST_RULES } from '../domain/monitoring-rules.ts';
import { useAudit } from '../testing.ts';

describe('ListMonitoringRules', () => {
  const { bank, auditor } = useAudit();

  it('lists the rules that the bank comes with, by name, as long as no others are set', async () => {
    const { rules } = await auditor().listMonitoringRules({});
    expect(rules.map(({ rule }) => rule)).to.deep.equal(FIRST_RULES);
    expect(rules.map(({ version }) => version)).to.deep.equal(FIRST_RULES.map(() => 0));
    const { rules: versions } = await auditor().listMonitoringRules({ ruleId: 'structuring' });
    expect(versions).to.deep.equal(rules.filter(({ rule }) => rule?.ruleId === 'structuring'));
  });

  it('says of a name that no rule has that there is none, and is for compliance and auditors', async () => {
    await refused(auditor().listMonitoringRules({ ruleId: 'none' }), 'MONITORING_RULE_NOT_FOUND');
    await refused(bank.asPrincipal(staff('TELLER')).listMonitoringRules({}), 'CALLER_NOT_ALLOWED');
  });
});
