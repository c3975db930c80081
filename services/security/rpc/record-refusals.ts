import { invalid, type Refusal } from '#chassis/errors.ts';
import { refusalMessage } from '#chassis/grpc.ts';
import { itemClaims } from '#chassis/item-claims.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { requestValidator, violationsOf } from '#chassis/validation.ts';
import {
  type AccessRefusal,
  AccessRefusalSchema,
  SecurityService as Contract,
  type SecurityService,
} from '#gen/bank/security/v1/security_service_pb.ts';
import type { Context } from '../context.ts';
import { accessRefused } from '../events.ts';
import { claimsOf, edgesOwn, firstOfEach, originsOf } from '../recording.ts';

/** Records refusals of access, each once and each by itself. */
export function recordRefusals({ commands, vault }: Context): Rpcs<typeof SecurityService>['recordRefusals'] {
  const method = Contract.method.recordRefusals;
  const claims = itemClaims(commands, { method, item: AccessRefusalSchema, owner: 'edge' });
  return (asked, from) => {
    const wrong = new Map(asked.refusals.map((one) => [one, wrongWith(one)]));
    const valid = asked.refusals.filter((one) => !wrong.get(one));
    const refusals = firstOfEach(valid, ({ refusalId }) => refusalId);
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
        const outcomes = asked.refusals.map((one) => {
          const known = before.get(one.refusalId);
          const refusal = wrong.get(one) ?? (known && 'refusal' in known ? known.refusal : undefined);
          return refusal ? { refusal: refusalMessage(refusal) } : {};
        });
        return { outcomes };
      },
    });
  };
}

function wrongWith(one: AccessRefusal): Refusal | undefined {
  const violations = violationsOf(requestValidator(), AccessRefusalSchema, one);
  return violations.length > 0 ? invalid(violations) : undefined;
}
