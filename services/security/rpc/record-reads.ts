import { itemClaims } from '#chassis/item-claims.ts';
import type { Rpcs } from '#chassis/serve.ts';
import {
  SecurityService as Contract,
  PersonalDataReadingSchema,
  type SecurityService,
} from '#gen/bank/security/v1/security_service_pb.ts';
import type { Context } from '../context.ts';
import { claimsOf, edgesOwn, firstOfEach, originsOf, personalDataRead } from '../recording.ts';

/** Records reads of personal data, each once. */
export function recordReads({ commands, vault }: Context): Rpcs<typeof SecurityService>['recordReads'] {
  const method = Contract.method.recordReads;
  const claims = itemClaims(commands, { method, item: PersonalDataReadingSchema, owner: 'edge' });
  return (asked, from) => {
    const reads = firstOfEach(asked.reads, ({ readId }) => readId);
    const claimed = claimsOf(
      reads.map(({ readId }) => readId),
      claims.fingerprints(reads),
    );
    const { request, call } = edgesOwn(asked, from);
    return commands.run(method, request, call, {
      prepare: () => originsOf(vault, reads),
      decide: async (tx, origins) => {
        const before = await claims.settle(tx, claimed);
        for (const [index, one] of reads.entries()) {
          if (!before.has(one.readId)) personalDataRead(tx, one, origins[index]);
        }
        return {};
      },
    });
  };
}
