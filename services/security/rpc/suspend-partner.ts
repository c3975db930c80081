import type { Rpcs } from '#chassis/serve.ts';
import { SecurityService as Contract, type SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { partnerSuspended } from '../events.ts';
import { type PartnerRow, updatePartner } from '../partner-tables.ts';
import { endTokens, lockKnown, shownPartner } from '../partners.ts';

/** Suspends a partner. */
export function suspendPartner({ commands }: Context): Rpcs<typeof SecurityService>['suspendPartner'] {
  return (request, call) =>
    commands.run(Contract.method.suspendPartner, request, call, {
      decide: async (tx) => {
        const { partnerId } = request;
        const before = await lockKnown(tx, partnerId);
        if (before.state === 'suspended') throw refuse('PARTNER_SUSPENDED');
        const after: PartnerRow = { ...before, state: 'suspended', version: before.version + 1 };
        await tx.execute(updatePartner(after));
        await endTokens(tx, partnerId);
        partnerSuspended(tx, partnerId, after.version);
        tx.record({ resourceIds: [partnerId], partyId: partnerId });
        return { partner: shownPartner(after) };
      },
    });
}
