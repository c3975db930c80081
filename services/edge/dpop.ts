// The proofs that stand beside partners' tokens (RFC 9449): whoever has a token and not its key can do nothing with it.
import { createHash } from 'node:crypto';
import { calculateJwkThumbprint, EmbeddedJWK, type JWTPayload, jwtVerify } from 'jose';
import { Refusal, refuseCall } from '#chassis/errors.ts';
import { ISSUER } from '#chassis/issuer.ts';
import { tokenIn, type Verified } from '#chassis/tokens.ts';
import { Audience } from '#gen/bank/options/v1/options_pb.ts';
import type { Actor } from '#gen/bank/type/v1/actor_pb.ts';
import type { PublicUrls } from './public-urls.ts';

/** A token was shown without a good proof of its key: it may be stolen from whom it names. */
export class Unproven extends Refusal {
  readonly principal: Actor;

  constructor(principal: Actor) {
    super(refuseCall('DPOP_PROOF_REFUSED'));
    this.principal = principal;
  }
}

/** A call with a token. */
export interface Shown {
  /** `bank.ledger.v1.LedgerService/GetJournal` */
  readonly rpc: string;
  readonly authorization: string;
  /** The header `dpop`; several are joined by commas, and are none. */
  readonly dpop: string;
}

/** Checks proofs. */
export interface Proofs {
  /** Answers what is to be spent before the call goes on; undefined where no proof is needed. Refuses DPOP_PROOF_REFUSED. */
  check(shown: Shown, verified: Verified): Promise<string | undefined>;
  /** Uses a proof up. Refuses DPOP_PROOF_REFUSED when it was before, and SERVICE_UNAVAILABLE when there are too many to remember. */
  spend(proof: string, principal: Actor): void;
}

/** What a proof may be signed with. */
export const PROOF_ALGORITHMS = ['ES256', 'EdDSA', 'Ed25519', 'PS256'];
/** How old a proof may be, and how far ahead the clock of whoever made it. */
const WINDOW_SECONDS = 30;
const JTI_MAX = 256;
/** Of each half of what is remembered: some 30 MB in all. */
const REMEMBERED_MAX = 200_000;

/** Checks proofs for the URLs of the edge. */
export function proofs(urls: PublicUrls, now: () => number = Date.now): Proofs {
  const spent = remembered(now);

  return {
    async check(shown, { bound, issuer, principal }) {
      if (!bound) {
        // Security binds all that it gives to partners.
        if (issuer === ISSUER && principal.audience === Audience.PARTNER) throw new Unproven(principal);
        return undefined;
      }
      const proof = /^DPoP /i.test(shown.authorization) ? await read(shown.dpop, bound.thumbprint) : undefined;
      if (!proof || !isFor(proof, shown)) throw new Unproven(principal);
      return `${bound.thumbprint} ${digest(String(proof.jti))}`;
    },
    spend(proof, principal) {
      if (!spent.add(proof)) throw new Unproven(principal);
    },
  };

  function isFor({ htm, htu, ath, iat, jti }: Claims, { rpc, authorization }: Shown): boolean {
    const isFresh = typeof iat === 'number' && Math.abs(now() / 1000 - iat) <= WINDOW_SECONDS;
    const isNamed = typeof jti === 'string' && jti !== '' && jti.length <= JTI_MAX;
    const isHere = htm === 'POST' && typeof htu === 'string' && urls.isOf(htu, rpc);
    return isFresh && isNamed && isHere && ath === digest(tokenIn(authorization) ?? '');
  }
}

type Claims = JWTPayload & { readonly htm?: unknown; readonly htu?: unknown; readonly ath?: unknown };

/** What a proof says that the key with this thumbprint has signed; undefined when there is no such thing. */
async function read(proof: string, thumbprint: string): Promise<Claims | undefined> {
  try {
    const { payload, protectedHeader } = await jwtVerify(proof, EmbeddedJWK, {
      algorithms: PROOF_ALGORITHMS,
      typ: 'dpop+jwt',
    });
    const { jwk } = protectedHeader;
    return jwk && (await calculateJwkThumbprint(jwk)) === thumbprint ? payload : undefined;
  } catch {
    return undefined;
  }
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

/** Remembers for as long as a proof could be good, in two halves: the older one is thrown away as a whole. */
function remembered(now: () => number) {
  let [newer, older] = [new Set<string>(), new Set<string>()];
  let turned = now();

  return {
    /** False when it is there already. */
    add(proof: string): boolean {
      if (now() - turned > 2 * WINDOW_SECONDS * 1_000) {
        [newer, older] = [new Set(), newer];
        turned = now();
      }
      if (newer.has(proof) || older.has(proof)) return false;
      if (newer.size >= REMEMBERED_MAX) throw refuseCall('SERVICE_UNAVAILABLE');
      newer.add(proof);
      return true;
    },
  };
}
