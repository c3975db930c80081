import { refuseCall } from '#chassis/errors.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { SecurityService as Contract, type SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import type { Context } from '../context.ts';
import { partnerChanged } from '../events.ts';
import { type PartnerRow, updatePartner } from '../partner-tables.ts';
import { beginSession, endTokens, keptOf, lockKnown, shownPartner } from '../partners.ts';

/** Changes what a partner was registered with. */
export function changePartner({ commands, now }: Context): Rpcs<typeof SecurityService>['changePartner'] {
  return (request, call) =>
    commands.run(Contract.method.changePartner, request, call, {
      decide: async (tx) => {
        const { partnerId, etag } = request;
        const kept = keptOf(request);
        const before = await lockKnown(tx, partnerId);
        if (etag !== '' && etag !== String(before.version)) throw refuseCall('ETAG_MISMATCH');
        // Its tokens say what it was, and were got with the keys that it had.
        await endTokens(tx, partnerId);
        const isActive = before.state === 'active';
        const sessionId = isActive ? await beginSession(tx, partnerId, now()) : before.sessionId;
        const after: PartnerRow = { ...before, ...kept, sessionId, version: before.version + 1 };
        await tx.execute(updatePartner(after));
        partnerChanged(tx, after);
        tx.record({ resourceIds: [partnerId], partyId: partnerId });
        return { partner: shownPartner(after) };
      },
    });
}
