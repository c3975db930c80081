import type { Rpcs } from '#chassis/serve.ts';
import type { SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { selectPartner } from '../partner-tables.ts';
import { shownPartner } from '../partners.ts';

/** Reads a partner. */
export function getPartner({ database }: Context): Rpcs<typeof SecurityService>['getPartner'] {
  return async ({ partnerId }) => {
    const [row] = await database.query(selectPartner(partnerId));
    if (!row) throw refuse('PARTNER_NOT_FOUND');
    return { partner: shownPartner(row) };
  };
}
