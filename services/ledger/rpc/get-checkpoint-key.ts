import type { Rpcs } from '#chassis/serve.ts';
import type { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import type { Context } from '../context.ts';

/** Reads the public key that checkpoints are signed with. */
export function getCheckpointKey({ checkpoints }: Context): Rpcs<typeof LedgerService>['getCheckpointKey'] {
  return async () => ({ publicKeyPem: await checkpoints.publicKeyPem() });
}
