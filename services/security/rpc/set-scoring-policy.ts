import { create, type JsonObject, toJson } from '@bufbuild/protobuf';
import { refuseCall } from '#chassis/errors.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { ScoringPolicySchema } from '#gen/bank/security/v1/scoring_pb.ts';
import { SecurityService as Contract, type SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import type { Context } from '../context.ts';
import { judgingBy } from '../domain/scoring-policy.ts';
import { policyInForce } from '../scoring.ts';
import { insertPolicy, lockPolicy } from '../scoring-tables.ts';

/** Puts a policy in force, in the place of the one that the caller has seen. */
export function setScoringPolicy(context: Context): Rpcs<typeof SecurityService>['setScoringPolicy'] {
  return (request, call) =>
    context.commands.run(Contract.method.setScoringPolicy, request, call, {
      decide: async (tx) => {
        const asked = judgingBy(request.policy ?? create(ScoringPolicySchema)).policy;
        await tx.query(lockPolicy());
        const before = await policyInForce(tx);
        const logins = asked.logins ?? before.policy.logins;
        const policy = { ...asked, ...(logins && { logins }) };
        if (before.version !== request.baseVersion) throw refuseCall('ETAG_MISMATCH');
        const version = before.version + 1;
        const after = toJson(ScoringPolicySchema, policy) as JsonObject;
        const authorId = call.principal?.partyId ?? '';
        await tx.execute(insertPolicy({ version, policy: JSON.stringify(after), authorId, now: context.now() }));
        const changed = { before: toJson(ScoringPolicySchema, before.policy) as JsonObject, after };
        tx.record({ resourceIds: [`scoring_policy/${version}`], partyId: authorId, ...changed });
        return { policy, version };
      },
    });
}
