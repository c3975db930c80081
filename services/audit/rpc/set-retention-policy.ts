import { create, type JsonObject, toJson } from '@bufbuild/protobuf';
import { refuseCall } from '#chassis/errors.ts';
import { insertRetention, lockRetention } from '#chassis/retention-policies.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { type AuditService, AuditService as Contract } from '#gen/bank/audit/v1/audit_service_pb.ts';
import { RetentionPolicySchema } from '#gen/bank/audit/v1/keeping_pb.ts';
import type { Context } from '../context.ts';
import { checkRetention } from '../domain/keeping.ts';
import { retentionInForce, retentionMessage } from '../keeping-tables.ts';

/** Puts a policy of retention in force, in the place of the one that the caller has seen. */
export function setRetentionPolicy(context: Context): Rpcs<typeof AuditService>['setRetentionPolicy'] {
  return (request, call) =>
    context.commands.run(Contract.method.setRetentionPolicy, request, call, {
      decide: async (tx) => {
        const policy = request.policy ?? create(RetentionPolicySchema);
        checkRetention(policy);
        await tx.query(lockRetention());
        const before = await retentionInForce(tx);
        if (before.version !== request.baseVersion) throw refuseCall('ETAG_MISMATCH');
        const version = before.version + 1;
        const after = toJson(RetentionPolicySchema, policy) as JsonObject;
        const { partyId: authorId = '', approverId = '' } = call.principal ?? {};
        const row = { version, policy: after, authorId, approverId, createMs: Date.now() };
        await tx.execute(insertRetention(row));
        tx.record({
          resourceIds: [`retention_policy/${version}`],
          partyId: authorId,
          ...(before.policy && { before: toJson(RetentionPolicySchema, before.policy) as JsonObject }),
          after,
        });
        return { policy: retentionMessage(row) };
      },
    });
}
