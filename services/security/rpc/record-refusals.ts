import { sealOrigin } from '#chassis/call-context.ts';
import { newId } from '#chassis/id.ts';
import { itemClaims } from '#chassis/item-claims.ts';
import type { Rpcs } from '#chassis/serve.ts';
import {
  type AccessRefusal,
  AccessRefusalSchema,
  SecurityService as Contract,
  type SecurityService,
} from '#gen/bank/security/v1/security_service_pb.ts';
import type { Context } from '../context.ts';
import { accessRefused } from '../events.ts';

/** Records refusals of access, each once. */
export function recordRefusals(context: Context): Rpcs<typeof SecurityService>['recordRefusals'] {
  const method = Contract.method.recordRefusals;
  const claims = itemClaims(context.commands, { method, item: AccessRefusalSchema, owner: 'edge' });
  return (request, call) => {
    const refusals = firstOfEach(request.refusals);
    const fingerprints = claims.fingerprints(refusals);
    // The items have keys of their own; and it is the edge's own call, on nobody's behalf.
    const once = { ...request, requestId: newId('cmd') };
    const own = { ...call, principal: undefined, origin: undefined };
    return context.commands.run(method, once, own, {
      prepare: () => Promise.all(refusals.map((refused) => originOf(context, refused))),
      decide: async (tx, origins) => {
        const items = refusals.map(({ refusalId: key }, index) => ({
          key,
          fingerprint: fingerprints[index] as Buffer,
          outcome: { response: {} },
        }));
        const before = await claims.settle(tx, items);
        for (const [index, refused] of refusals.entries()) {
          if (!before.has(refused.refusalId)) accessRefused(tx, refused, origins[index]);
        }
        return {};
      },
    });
  };
}

/** One that stands in a call twice counts once, as in two calls. */
function firstOfEach(refusals: readonly AccessRefusal[]): AccessRefusal[] {
  return [...Map.groupBy(refusals, ({ refusalId }) => refusalId).values()].flatMap(([first]) => first ?? []);
}

function originOf({ vault }: Context, { actor, address, userAgent }: Parameters<typeof accessRefused>[1]) {
  return sealOrigin(vault, actor?.partyId, { sessionId: actor?.sessionId ?? '', address, userAgent });
}
