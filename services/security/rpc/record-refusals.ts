import { itemClaims } from '#chassis/item-claims.ts';
import type { Rpcs } from '#chassis/serve.ts';
import {
  AccessRefusalSchema,
  SecurityService as Contract,
  type SecurityService,
} from '#gen/bank/security/v1/security_service_pb.ts';
import type { Context } from '../context.ts';
import { accessRefused } from '../events.ts';
import { claimsOf, edgesOwn, firstOfEach, originsOf } from '../recording.ts';

/** Records refusals of access, each once. */
export function recordRefusals({ commands, vault }: Context): Rpcs<typeof SecurityService>['recordRefusals'] {
  const method = Contract.method.recordRefusals;
  const claims = itemClaims(commands, { method, item: AccessRefusalSchema, owner: 'edge' });
  return (asked, from) => {
    const refusals = firstOfEach(asked.refusals, ({ refusalId }) => refusalId);
    const claimed = claimsOf(
      refusals.map(({ refusalId }) => refusalId),
      claims.fingerprints(refusals),
    );
    const { request, call } = edgesOwn(asked, from);
    return commands.run(method, request, call, {
      prepare: () => originsOf(vault, refusals),
      decide: async (tx, origins) => {
        const before = await claims.settle(tx, claimed);
        for (const [index, one] of refusals.entries()) {
          if (!before.has(one.refusalId)) accessRefused(tx, one, origins[index]);
        }
        return {};
      },
    });
  };
}
