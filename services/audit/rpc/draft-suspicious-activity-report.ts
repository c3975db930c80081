import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { toMoney } from '#chassis/money.ts';
import type { Rpcs } from '#chassis/serve.ts';
import type { AuditService } from '#gen/bank/audit/v1/audit_service_pb.ts';
import { selectAlerts, selectCase, selectEvidence } from '../case-tables.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { narrativeOf, totalsOf } from '../domain/report.ts';
import { rulesInForce } from '../monitoring.ts';
import { happened } from '../monitoring-messages.ts';

/** So much as a person would read, and one message holds. */
const ALERTS_MAX = 1_000;
const EVIDENCE_MAX = 10_000;

type Rpc = Rpcs<typeof AuditService>['draftSuspiciousActivityReport'];

/** Drafts the report that the authority would get of a case. */
export function draftSuspiciousActivityReport({ database }: Context): Rpc {
  return async ({ caseId }) => {
    const [row] = await database.query(selectCase(caseId));
    if (!row) throw refuse('CASE_NOT_FOUND');
    const filter = { caseId, subjectId: '', ruleId: '' };
    const alerts = await database.query(selectAlerts(filter, { after: undefined, limit: ALERTS_MAX }));
    const ids = alerts.map(({ alertId }) => alertId);
    const totals = totalsOf((await database.query(selectEvidence(ids, EVIDENCE_MAX))).map(happened));
    const rules = await rulesInForce(database);
    const names = new Map(rules.map(({ rule }) => [rule?.ruleId, rule?.displayName]));
    const reported = alerts
      .map(({ ruleId, startMs, endMs, evidenceCount }) => ({
        ruleName: names.get(ruleId) ?? ruleId,
        startMs: Number(startMs),
        endMs: Number(endMs),
        evidenceCount,
      }))
      .sort((one, other) => one.startMs - other.startMs);
    const { subjectId } = row;
    const startMs = Math.min(...reported.map((one) => one.startMs));
    const endMs = Math.max(...reported.map((one) => one.endMs));
    return {
      draft: {
        caseId,
        subjectId,
        startTime: timestampFromMs(startMs),
        endTime: timestampFromMs(endMs),
        paidIn: totals.paidIn.map(toMoney),
        paidOut: totals.paidOut.map(toMoney),
        narrative: narrativeOf(subjectId, reported, totals),
      },
    };
  };
}
