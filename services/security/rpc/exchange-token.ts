import { coalesce } from '#chassis/coalesce.ts';
import { refuseCall } from '#chassis/errors.ts';
import { EDGE_AUDIENCE, INTERNAL_LIFETIME_SECONDS, ISSUER } from '#chassis/issuer.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { tokenVerifier } from '#chassis/tokens.ts';
import { trusting } from '#chassis/verification-keys.ts';
import type { SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import type { Context } from '../context.ts';
import { selectActive } from '../session-tables.ts';

const ASKED_AT_ONCE = { maxItems: 500, inFlight: 2 };

/** Exchanges the token of a channel for that of a service, as long as its session goes on. */
export function exchangeToken(context: Context): Rpcs<typeof SecurityService>['exchangeToken'] {
  const { database, signing, development, now } = context;
  const verify = tokenVerifier(trusting(signing.find, development), EDGE_AUDIENCE);
  // The sessions of the same moment are looked for by one statement.
  const isActive = coalesce(async (sessionIds: string[]) => {
    const active = new Set((await database.query(selectActive(sessionIds, now()))).map(({ id }) => id));
    return sessionIds.map((id) => active.has(id));
  }, ASKED_AT_ONCE);

  return async ({ subjectToken, audience }) => {
    const { issuer, principal } = await verify(`Bearer ${subjectToken}`);
    // Whom the development issuer named has no session.
    if (issuer === ISSUER && !(await isActive(principal.sessionId))) throw refuseCall('SESSION_ENDED');
    return {
      internalToken: await context.issuer.internalToken('edge', audience, principal),
      internalSeconds: INTERNAL_LIFETIME_SECONDS,
    };
  };
}
