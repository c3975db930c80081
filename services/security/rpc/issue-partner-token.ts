import { create } from '@bufbuild/protobuf';
import type { Call } from '#chassis/call-context.ts';
import type { CommandTx } from '#chassis/command.ts';
import { refuseCall } from '#chassis/errors.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { Audience } from '#gen/bank/options/v1/options_pb.ts';
import {
  SecurityService as Contract,
  type IssuePartnerTokenRequest,
  type SecurityService,
} from '#gen/bank/security/v1/security_service_pb.ts';
import { ActorSchema } from '#gen/bank/type/v1/actor_pb.ts';
import type { Granted } from '../authorization-server.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { partnerTokenRefused } from '../events.ts';
import { sharePartner } from '../partner-tables.ts';
import { tell } from '../telling.ts';

/** FAPI 2.0 asks for short lives; revocation does not wait for their end. */
const ACCESS_SECONDS = 300;

const INVALID_SCOPE = {
  status: '400',
  error: 'invalid_scope',
  error_description: 'a scope is unknown, or not for this partner',
};

/** Answers a token request of a partner. */
export function issuePartnerToken(context: Context): Rpcs<typeof SecurityService>['issuePartnerToken'] {
  return (request, call) =>
    context.commands.run(Contract.method.issuePartnerToken, request, call, {
      prepare: () => ask(context, request, call),
      decide: (tx, granted) => issue(context, tx, granted),
    });
}

async function ask(context: Context, request: IssuePartnerTokenRequest, call: Call): Promise<Granted> {
  const answer = await context.authorization.ask(request);
  if (!('refused' in answer)) return answer;
  const { refused, partnerId } = answer;
  if (partnerId !== undefined) {
    const { address, userAgent } = request;
    // The edge calls of its own accord: whence it was called stands in the request.
    const from: Call = { ...call, origin: { sessionId: '', address, userAgent } };
    tell(context, partnerId, from, (_, origin) => partnerTokenRefused(partnerId, refused.error, origin, from));
  }
  throw refuse('TOKEN_REQUEST_REFUSED', { ...refused });
}

async function issue(context: Context, tx: CommandTx, { partnerId, scopes: asked, thumbprint }: Granted) {
  const [partner] = await tx.query(sharePartner(partnerId));
  if (partner?.state !== 'active') throw refuseCall('SESSION_ENDED');
  if (asked.some((scope) => !partner.scopes.includes(scope))) throw refuse('TOKEN_REQUEST_REFUSED', INVALID_SCOPE);
  const scopes = partner.scopes.filter((scope) => asked.length === 0 || asked.includes(scope));
  const { sessionId, callsMax } = partner;
  const actor = create(ActorSchema, { audience: Audience.PARTNER, partyId: partnerId, sessionId, scopes });
  tx.record({ resourceIds: [partnerId], partyId: partnerId });
  const accessToken = await context.issuer.partnerToken(actor, ACCESS_SECONDS, { thumbprint, callsMax });
  return { accessToken, accessSeconds: ACCESS_SECONDS, scopes };
}
