import { create, type JsonObject, toJson } from '@bufbuild/protobuf';
import { refuseCall } from '#chassis/errors.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { ReadRecordingPolicySchema } from '#gen/bank/security/v1/read_recording_pb.ts';
import { SecurityService as Contract, type SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import type { Context } from '../context.ts';
import { checkReadPolicy } from '../domain/read-recording.ts';
import { insertReadPolicy, lockReadPolicy } from '../read-tables.ts';
import { readPolicyInForce, readPolicyMessage } from '../reads.ts';

/** Puts a policy of recording reads in force, in the place of the one that the caller has seen. */
export function setReadRecordingPolicy(context: Context): Rpcs<typeof SecurityService>['setReadRecordingPolicy'] {
  return (request, call) =>
    context.commands.run(Contract.method.setReadRecordingPolicy, request, call, {
      decide: async (tx) => {
        const policy = request.policy ?? create(ReadRecordingPolicySchema);
        checkReadPolicy(policy);
        await tx.query(lockReadPolicy());
        const before = await readPolicyInForce(tx);
        if (before.version !== request.baseVersion) throw refuseCall('ETAG_MISMATCH');
        const version = before.version + 1;
        const after = toJson(ReadRecordingPolicySchema, policy) as JsonObject;
        const { partyId: authorId = '', approverId = '' } = call.principal ?? {};
        const row = { version, policy: after, authorId, approverId, createMs: String(context.now().getTime()) };
        await tx.execute(insertReadPolicy(row));
        tx.record({
          resourceIds: [`read_recording_policy/${version}`],
          partyId: authorId,
          ...(before.policy && { before: toJson(ReadRecordingPolicySchema, before.policy) as JsonObject }),
          after,
        });
        return { policy: readPolicyMessage(row) };
      },
    });
}
