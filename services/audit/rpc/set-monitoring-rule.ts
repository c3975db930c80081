import { create, type JsonObject, toJson } from '@bufbuild/protobuf';
import { refuseCall } from '#chassis/errors.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { type AuditService, AuditService as Contract } from '#gen/bank/audit/v1/audit_service_pb.ts';
import { MonitoringRuleSchema } from '#gen/bank/audit/v1/monitoring_pb.ts';
import type { Context } from '../context.ts';
import { judgingBy } from '../domain/monitoring-rules.ts';
import { rulesInForce } from '../monitoring.ts';
import { ruleMessage } from '../monitoring-messages.ts';
import { insertRule, lockRule } from '../monitoring-tables.ts';

/** Puts a version of a rule in force, in the place of the one that the caller has seen. */
export function setMonitoringRule(context: Context): Rpcs<typeof AuditService>['setMonitoringRule'] {
  const { commands, config } = context;
  return (request, call) =>
    commands.run(Contract.method.setMonitoringRule, request, call, {
      decide: async (tx) => {
        const { rule } = judgingBy(request.rule ?? create(MonitoringRuleSchema), config.BANK_TIME_ZONE);
        const { ruleId } = rule;
        await tx.query(lockRule(ruleId));
        const before = (await rulesInForce(tx)).find((one) => one.rule?.ruleId === ruleId);
        if ((before?.version ?? 0) !== request.baseVersion) throw refuseCall('ETAG_MISMATCH');
        const version = request.baseVersion + 1;
        const after = toJson(MonitoringRuleSchema, rule) as JsonObject;
        const { partyId: authorId = '', approverId = '' } = call.principal ?? {};
        const row = { ruleId, version, rule: after, authorId, approverId, createMs: String(Date.now()) };
        await tx.execute(insertRule(row));
        tx.record({
          resourceIds: [`monitoring_rule/${ruleId}/${version}`],
          partyId: authorId,
          ...(before?.rule && { before: toJson(MonitoringRuleSchema, before.rule) as JsonObject }),
          after,
        });
        return { rule: ruleMessage(row) };
      },
    });
}
