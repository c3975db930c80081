import { create } from '@bufbuild/protobuf';
import type { Rpcs } from '#chassis/serve.ts';
import type { AuditService } from '#gen/bank/audit/v1/audit_service_pb.ts';
import { MonitoringRuleVersionSchema } from '#gen/bank/audit/v1/monitoring_pb.ts';
import type { Context } from '../context.ts';
import { FIRST_RULES } from '../domain/monitoring-rules.ts';
import { refuse } from '../domain/refusals.ts';
import { rulesInForce } from '../monitoring.ts';
import { ruleMessage } from '../monitoring-messages.ts';
import { selectVersions } from '../monitoring-tables.ts';

/** Lists the rules of monitoring. */
export function listMonitoringRules({ database }: Context): Rpcs<typeof AuditService>['listMonitoringRules'] {
  return async ({ ruleId }) => {
    if (!ruleId) return { rules: await rulesInForce(database) };
    const came = FIRST_RULES.filter((rule) => rule.ruleId === ruleId);
    const rules = [
      ...(await database.query(selectVersions(ruleId))).map(ruleMessage),
      ...came.map((rule) => create(MonitoringRuleVersionSchema, { rule, version: 0 })),
    ];
    if (rules.length === 0) throw refuse('MONITORING_RULE_NOT_FOUND');
    return { rules };
  };
}
