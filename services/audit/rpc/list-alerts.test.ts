import { expect } from 'chai';
import { refused, staff } from '#chassis/testing/service.ts';
import { ActivityKind } from '#gen/bank/audit/v1/monitoring_pb.ts';
import { foundOnList, transferred, useAudit } from '../testing.ts';

describe('ListAlerts', () => {
  const { bank, auditor, denied, hear, tell, lookedAt } = useAudit();

  it('lists what was found, newest first, with the records and events that it rests on', async () => {
    const alert = await denied('cus_jana');
    expect(alert).to.deep.include({ ruleId: 'denied-access', ruleVersion: 0, evidenceCount: 10 });
    const { records } = await auditor().listAuditRecords({ actorId: 'cus_jana' });
    const rests = alert.evidence.map(({ recordId, eventId }) => `${recordId} ${eventId}`);
    expect(rests).to.have.members(records.map(({ recordId, eventId }) => `${recordId} ${eventId}`));
    await hear('transaction', [
      transferred('acc_x', 'acc_mule', '260000.00', new Date('2026-02-03T10:00:00Z')),
      transferred('acc_mule', 'acc_y', '250000.00', new Date('2026-02-03T11:00:00Z')),
    ]);
    await lookedAt();
    const { alerts } = await auditor().listAlerts({});
    expect(alerts.map(({ ruleId, subjectId }) => [ruleId, subjectId])).to.deep.equal([
      ['rapid-in-out', 'acc_mule'],
      ['denied-access', 'cus_jana'],
    ]);
    expect(alerts[0]?.evidence.map(({ kind, recordId }) => [kind, recordId])).to.deep.equal([
      [ActivityKind.PAID_IN, ''],
      [ActivityKind.PAID_OUT, ''],
    ]);
    for (const filter of [{ ruleId: 'rapid-in-out' }, { subjectId: 'acc_mule' }, { caseId: alerts[0]?.caseId ?? '' }]) {
      expect((await auditor().listAlerts(filter)).alerts).to.deep.equal(alerts.slice(0, 1));
    }
  });

  it('has one alert of all hits of sanctions lists on a customer', async () => {
    const at = (hour: number) => new Date(Date.UTC(2026, 1, 3, hour));
    await hear('customer', [
      foundOnList('cus_olga', at(9)),
      foundOnList('cus_olga', at(10)),
      foundOnList('cus_ivan', at(9)),
    ]);
    await lookedAt();
    const { alerts } = await auditor().listAlerts({ ruleId: 'sanctions-hits' });
    expect(alerts.map(({ subjectId, evidenceCount }) => [subjectId, evidenceCount])).to.have.deep.members([
      ['cus_olga', 2],
      ['cus_ivan', 1],
    ]);
    const [{ kind, resourceIds } = { kind: undefined, resourceIds: [] }] = alerts[0]?.evidence ?? [];
    expect(kind).to.equal(ActivityKind.SANCTIONS_HIT);
    expect(resourceIds[0]).to.match(/^sht_/);
  });

  it('has one alert of what goes on, and another of what happens long after', async () => {
    const first = await denied('cus_petr');
    const second = await denied('cus_petr');
    expect(second).to.include({ alertId: first.alertId, caseId: first.caseId, evidenceCount: 20 });
    const teller = staff('TELLER');
    const looks = (hour: number) =>
      Array.from({ length: 60 }, (_, index) => ({
        actor: teller,
        resourceIds: [`cus_${index}`],
        occurred: new Date(Date.UTC(2026, 1, 3, hour)),
      }));
    await tell('account', ...looks(9));
    await lookedAt();
    await tell('account', ...looks(12));
    await lookedAt();
    const { alerts } = await auditor().listAlerts({ subjectId: teller.partyId });
    expect(alerts.map(({ ruleId, evidenceCount }) => [ruleId, evidenceCount])).to.deep.equal([
      ['many-accounts', 60],
      ['many-accounts', 60],
    ]);
    expect(new Set(alerts.map(({ caseId }) => caseId)).size).to.equal(1);
  });

  it('goes page by page, and is for compliance and auditors', async () => {
    const { alerts } = await auditor().listAlerts({});
    const paged: string[] = [];
    for (let pageToken = '', more = true; more; more = pageToken !== '') {
      const page = await auditor().listAlerts({ pageSize: 1, pageToken });
      paged.push(...page.alerts.map(({ alertId }) => alertId));
      pageToken = page.nextPageToken;
    }
    expect(paged).to.deep.equal(alerts.map(({ alertId }) => alertId));
    await refused(auditor().listAlerts({ pageToken: 'made up' }), 'PAGE_TOKEN_INVALID');
    await refused(bank.asPrincipal(staff('BRANCH_MANAGER')).listAlerts({}), 'CALLER_NOT_ALLOWED');
  });
});
