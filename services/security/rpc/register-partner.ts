import { newId } from '#chassis/id.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { SecurityService as Contract, type SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import type { Context } from '../context.ts';
import { partnerRegistered } from '../events.ts';
import { insertPartner, type PartnerRow } from '../partner-tables.ts';
import { beginSession, keptOf, shownPartner } from '../partners.ts';

/** Registers an integration partner. */
export function registerPartner({
  commands,
  now,
  authorization,
}: Context): Rpcs<typeof SecurityService>['registerPartner'] {
  return async (request, call) => {
    const answer = await commands.run(Contract.method.registerPartner, request, call, {
      decide: async (tx) => {
        const kept = keptOf(request);
        const id = newId('ptn');
        const sessionId = await beginSession(tx, id, now());
        const row: PartnerRow = { id, ...kept, state: 'active', sessionId, version: 1 };
        await tx.execute(insertPartner(row));
        partnerRegistered(tx, row);
        tx.record({ resourceIds: [id], partyId: id });
        return { partner: shownPartner(row) };
      },
    });
    authorization.prepare();
    return answer;
  };
}
