import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { expect } from 'chai';
import { refused, staff } from '#chassis/testing/service.ts';
import { transferred, useAudit } from '../testing.ts';

const at = (iso: string) => timestampFromDate(new Date(iso));
const SPAN = { startTime: at('2026-02-01T00:00:00Z'), endTime: at('2026-03-01T00:00:00Z') };

describe('PreviewMonitoringRule', () => {
  const { bank, auditor, hear, lookedAt } = useAudit();
  const rule = (crowns: string) => ({
    ruleId: 'passing',
    displayName: 'Passing',
    enabled: false,
    condition: {
      case: 'rapidInOut' as const,
      value: { amounts: [{ currencyCode: 'CZK', amount: crowns }], sharePercent: 80, windowMinutes: 60 },
    },
  });

  it('says what a rule would have found in what is past, and puts nothing in force', async () => {
    await hear('transaction', [
      transferred('acc_x', 'acc_mule', '1000.00', new Date('2026-02-03T10:00:00Z')),
      transferred('acc_mule', 'acc_y', '900.00', new Date('2026-02-03T10:30:00Z')),
      transferred('acc_x', 'acc_mule', '1000.00', new Date('2026-03-03T10:00:00Z')),
      transferred('acc_mule', 'acc_y', '900.00', new Date('2026-03-03T10:30:00Z')),
    ]);
    const preview = await auditor().previewMonitoringRule({ rule: rule('1000.00'), ...SPAN });
    expect(preview).to.deep.include({ alertCount: 1, activityCount: 4 });
    const [alert] = preview.alerts;
    expect(alert).to.deep.include({ alertId: '', ruleId: 'passing', subjectId: 'acc_mule', evidenceCount: 2 });
    expect(alert?.evidence.map(({ amount }) => amount?.amount)).to.deep.equal(['1000.00', '900.00']);
    expect((await auditor().previewMonitoringRule({ rule: rule('1000.01'), ...SPAN })).alertCount).to.equal(0);
    await lookedAt();
    expect((await auditor().listAlerts({})).alerts).to.deep.equal([]);
    expect((await auditor().listMonitoringRules({})).rules.map((one) => one.rule?.ruleId)).not.to.include('passing');
  });

  it('is of a rule and of times that there are', async () => {
    await refused(auditor().previewMonitoringRule({ rule: rule('0'), ...SPAN }), 'AMOUNT_NOT_POSITIVE');
    await refused(auditor().previewMonitoringRule({ ...SPAN }), 'REQUEST_INVALID');
    const never = { seconds: -99_999_999_999n, nanos: 0 };
    await refused(
      auditor().previewMonitoringRule({ rule: rule('1.00'), ...SPAN, startTime: never }),
      'REQUEST_INVALID',
    );
    await refused(
      bank.asPrincipal(staff('ADMINISTRATOR')).previewMonitoringRule({ rule: rule('1.00'), ...SPAN }),
      'CALLER_NOT_ALLOWED',
    );
  });
});
