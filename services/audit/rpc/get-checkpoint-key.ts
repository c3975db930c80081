import type { Rpcs } from '#chassis/serve.ts';
import type { AuditService } from '#gen/bank/audit/v1/audit_service_pb.ts';
import type { Context } from '../context.ts';

/** Reads the public key that checkpoints are signed with. */
export function getCheckpointKey({ checkpoints }: Context): Rpcs<typeof AuditService>['getCheckpointKey'] {
  return async () => ({ publicKeyPem: await checkpoints.publicKeyPem() });
}
