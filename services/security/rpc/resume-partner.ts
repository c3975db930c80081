import type { Rpcs } from '#chassis/serve.ts';
import { SecurityService as Contract, type SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { partnerResumed } from '../events.ts';
import { type PartnerRow, updatePartner } from '../partner-tables.ts';
import { beginSession, lockKnown, shownPartner } from '../partners.ts';

/** Lets a partner that was suspended use the bank again. */
export function resumePartner({ commands, now }: Context): Rpcs<typeof SecurityService>['resumePartner'] {
  return (request, call) =>
    commands.run(Contract.method.resumePartner, request, call, {
      decide: async (tx) => {
        const { partnerId } = request;
        const before = await lockKnown(tx, partnerId);
        if (before.state === 'active') throw refuse('PARTNER_ACTIVE');
        const sessionId = await beginSession(tx, partnerId, now());
        const after: PartnerRow = { ...before, state: 'active', sessionId, version: before.version + 1 };
        await tx.execute(updatePartner(after));
        partnerResumed(tx, partnerId, after.version);
        tx.record({ resourceIds: [partnerId], partyId: partnerId });
        return { partner: shownPartner(after) };
      },
    });
}
