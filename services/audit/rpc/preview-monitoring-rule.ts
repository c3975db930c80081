import { create } from '@bufbuild/protobuf';
import { readInstant } from '#chassis/dates.ts';
import type { Rpcs } from '#chassis/serve.ts';
import type { AuditService } from '#gen/bank/audit/v1/audit_service_pb.ts';
import { MonitoringRuleSchema } from '#gen/bank/audit/v1/monitoring_pb.ts';
import type { Context } from '../context.ts';
import { judge, judgingBy } from '../domain/monitoring-rules.ts';
import { refuse } from '../domain/refusals.ts';
import { EVIDENCE_SHOWN, happened, previewMessage } from '../monitoring-messages.ts';
import { selectSpan } from '../monitoring-tables.ts';

const LOOKED_AT_MAX = 200_000;
const ALERTS_SHOWN = 100;

/** Says what a rule would find in what occurred in a span of time. */
export function previewMonitoringRule(context: Context): Rpcs<typeof AuditService>['previewMonitoringRule'] {
  const { database, config } = context;
  return async ({ rule, startTime, endTime }) => {
    const judging = judgingBy(rule ?? create(MonitoringRuleSchema), config.BANK_TIME_ZONE);
    const span = { fromMs: readInstant('start_time', startTime), toMs: readInstant('end_time', endTime) };
    const rows = await database.query(selectSpan(span, judging.kinds, LOOKED_AT_MAX + 1));
    if (rows.length > LOOKED_AT_MAX) throw refuse('PREVIEW_TOO_LARGE');
    const found = judge(judging, rows.map(happened));
    const shown = found.slice(0, ALERTS_SHOWN);
    return {
      alertCount: found.length,
      alerts: shown.map((finding) => previewMessage(judging.rule, finding, EVIDENCE_SHOWN)),
      activityCount: rows.length,
    };
  };
}
