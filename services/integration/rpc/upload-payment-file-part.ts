import { sha256 } from '#chassis/digest.ts';
import type { Rpcs } from '#chassis/serve.ts';
import {
  IntegrationService as Contract,
  type IntegrationService,
} from '#gen/bank/integration/v1/integration_service_pb.ts';
import type { Context } from '../context.ts';
import { PART_CONTEXT, principalOf } from '../payment-files.ts';
import { keepPart } from '../tables.ts';

/** Keeps a part of a file of payments until it is handed in. */
export function uploadPaymentFilePart(context: Context): Rpcs<typeof IntegrationService>['uploadPaymentFilePart'] {
  const { commands, vault } = context;
  return (request, call) => {
    const { partyId } = principalOf(call);
    return commands.run(Contract.method.uploadPaymentFilePart, request, call, {
      prepare: () => vault.seal(partyId, PART_CONTEXT, request.content),
      decide: async (tx, sealed) => {
        const digest = sha256(request.content);
        await tx.execute(keepPart(partyId, digest, sealed));
        tx.record({ resourceIds: [], partyId });
        return { partDigest: digest.toString('hex') };
      },
    });
  };
}
