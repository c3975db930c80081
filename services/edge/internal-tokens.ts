// The tokens with which the edge calls services for its principals. Security makes them; one is asked for per session and
// service, and used for most of its life.
import type { Client } from '#chassis/call.ts';
import { sha256Hex } from '#chassis/digest.ts';
import { Code, Refusal, refuseCall } from '#chassis/errors.ts';
import { tokenIn } from '#chassis/tokens.ts';
import type { SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import type { Actor } from '#gen/bank/type/v1/actor_pb.ts';

/** Whose token it is: the channel token that was shown, and the principal that it names. */
export interface Session {
  readonly authorization: string;
  readonly principal: Actor;
  /** Who signed it. */
  readonly issuer: string;
}

/**
 * Answers the internal token of a session for a service. Calls at the same time share one exchange. Refuses SESSION_ENDED,
 * and TOKEN_INVALID when the session's token has just expired.
 */
export type InternalTokens = (session: Pick<Session, 'authorization'>, audience: string) => Promise<string>;

const CACHE_MAX = 10_000;
/** The rest is for the way to the service, and for clocks that differ. */
const USED_PART = 5 / 6;

interface Made {
  until: number;
  readonly token: Promise<string>;
}

/** Asks security for the tokens, and remembers them by a hash of the session's token, never by the token itself. */
export function internalTokens(
  security: Pick<Client<typeof SecurityService>, 'exchangeToken'>,
  now: () => number = Date.now,
): InternalTokens {
  const cache = new Map<string, Made>();

  return ({ authorization }, audience) => {
    const key = `${audience} ${sha256Hex(authorization)}`;
    const known = cache.get(key);
    if (known && now() < known.until) return known.token;
    const asked = now();
    const exchanged = exchange(security, authorization, audience);
    const made: Made = { until: Number.POSITIVE_INFINITY, token: exchanged.then(({ internalToken }) => internalToken) };
    // Maps keep the order of insertion: the first key is the oldest.
    cache.delete(key);
    if (cache.size >= CACHE_MAX) cache.delete(cache.keys().next().value ?? '');
    cache.set(key, made);
    exchanged.then(
      ({ internalSeconds }) => {
        made.until = asked + internalSeconds * 1000 * USED_PART;
      },
      () => cache.get(key) === made && cache.delete(key),
    );
    return made.token;
  };
}

async function exchange(
  security: Pick<Client<typeof SecurityService>, 'exchangeToken'>,
  authorization: string,
  audience: string,
) {
  try {
    return await security.exchangeToken({ subjectToken: tokenIn(authorization) ?? '', audience });
  } catch (error) {
    // That security does not take the edge for what it is, is no fault of the session's.
    const isOurs =
      error instanceof Refusal && (error.code === Code.PERMISSION_DENIED || error.reason === 'CALLER_UNPROVEN');
    throw isOurs ? refuseCall('INTERNAL') : error;
  }
}
