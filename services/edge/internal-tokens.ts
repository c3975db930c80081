// The tokens with which the edge calls services for its principals. Signing costs a tenth of a millisecond, so one is
// made per session and service, and used until half of its life is over.
import { sha256Hex } from '#chassis/digest.ts';
import { INTERNAL_LIFETIME_SECONDS, type Issuer } from '#chassis/issuer.ts';
import type { Actor } from '#gen/bank/type/v1/actor_pb.ts';

/** Whose token it is: the channel token that was shown, and the principal that it names. */
export interface Session {
  readonly authorization: string;
  readonly principal: Actor;
}

/** Answers the internal token of a session for a service. Calls at the same time share one signing. */
export type InternalTokens = (session: Session, audience: string) => Promise<string>;

const CACHE_MAX = 10_000;
const USED_MS = (INTERNAL_LIFETIME_SECONDS * 1000) / 2;

interface Made {
  readonly at: number;
  readonly token: Promise<string>;
}

/** Makes the tokens with an issuer, and remembers them by a hash of the session's token, never by the token itself. */
export function internalTokens(issuer: Pick<Issuer, 'internalToken'>, now: () => number = Date.now): InternalTokens {
  const cache = new Map<string, Made>();

  return ({ authorization, principal }, audience) => {
    const key = `${audience} ${sha256Hex(authorization)}`;
    const known = cache.get(key);
    if (known && now() - known.at < USED_MS) return known.token;
    const made: Made = { at: now(), token: issuer.internalToken('edge', audience, principal) };
    // Maps keep the order of insertion: the first key is the oldest.
    cache.delete(key);
    if (cache.size >= CACHE_MAX) cache.delete(cache.keys().next().value ?? '');
    cache.set(key, made);
    made.token.catch(() => cache.get(key) === made && cache.delete(key));
    return made.token;
  };
}
