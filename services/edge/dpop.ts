// The proofs that stand beside partners' tokens (RFC 9449): whoever has a token and not its key can do nothing with it.
import { createHash, randomUUID } from 'node:crypto';
import { calculateJwkThumbprint, EmbeddedJWK, type JWTPayload, jwtVerify } from 'jose';
import type { Client } from '#chassis/call.ts';
import { coalesce } from '#chassis/coalesce.ts';
import { Refusal, refuseCall } from '#chassis/errors.ts';
import { ISSUER } from '#chassis/issuer.ts';
import type { Logger } from '#chassis/log.ts';
import { tokenIn, type Verified } from '#chassis/tokens.ts';
import { Audience } from '#gen/bank/options/v1/options_pb.ts';
import type { SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import type { Actor } from '#gen/bank/type/v1/actor_pb.ts';
import { once } from './once.ts';
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

/** What is good once: the digest of a key and of what it named its proof. */
export type Proof = Uint8Array<ArrayBuffer>;

/** Checks proofs. */
export interface Proofs {
  /** Answers what is to be spent before the call goes on; undefined where no proof is needed. Refuses DPOP_PROOF_REFUSED. */
  check(shown: Shown, verified: Verified): Promise<Proof | undefined>;
  /** Uses a proof up, at all processes of the edge. Refuses DPOP_PROOF_REFUSED when it was before, SERVICE_UNAVAILABLE when nobody can tell. */
  spend(proof: Proof, principal: Actor): Promise<void>;
}

type Security = Pick<Client<typeof SecurityService>, 'spendProofs'>;

/** What a proof may be signed with. */
export const PROOF_ALGORITHMS = ['ES256', 'EdDSA', 'Ed25519', 'PS256'];
/** How old a proof may be, and how far ahead the clock of whoever made it. */
const WINDOW_SECONDS = 30;
const JTI_MAX = 256;
const SPENT_AT_ONCE = { maxItems: 500, inFlight: 4 };

/** Checks proofs for the URLs of the edge. Which of them were used, security remembers; those of the same moment travel together. */
export function proofs(urls: PublicUrls, security: Security, log: Logger, now: () => number = Date.now): Proofs {
  const isFirst = coalesce(async (all: Proof[]) => {
    const uses = all.map((proofDigest) => ({ proofDigest, useKey: randomUUID() }));
    return (await once(() => security.spendProofs({ uses }))).first;
  }, SPENT_AT_ONCE);

  return {
    async check(shown, { bound, issuer, principal }) {
      if (!bound) {
        // Security binds all that it gives to partners.
        if (issuer === ISSUER && principal.audience === Audience.PARTNER) throw new Unproven(principal);
        return undefined;
      }
      const proof = /^DPoP /i.test(shown.authorization) ? await read(shown.dpop, bound.thumbprint) : undefined;
      if (!proof || !isFor(proof, shown)) throw new Unproven(principal);
      return sha256(`${bound.thumbprint} ${proof.jti}`);
    },
    async spend(proof, principal) {
      const first = await isFirst(proof).catch((error: unknown) => {
        log.warn({ err: error }, 'whether a proof was used before could not be asked');
        throw refuseCall('SERVICE_UNAVAILABLE');
      });
      if (!first) throw new Unproven(principal);
    },
  };

  function isFor({ htm, htu, ath, iat, jti }: Claims, { rpc, authorization }: Shown): boolean {
    const isFresh = typeof iat === 'number' && Math.abs(now() / 1000 - iat) <= WINDOW_SECONDS;
    const isNamed = typeof jti === 'string' && jti !== '' && jti.length <= JTI_MAX;
    const isHere = htm === 'POST' && typeof htu === 'string' && urls.isOf(htu, rpc);
    return isFresh && isNamed && isHere && ath === sha256(tokenIn(authorization) ?? '').toString('base64url');
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

function sha256(text: string): Buffer<ArrayBuffer> {
  return createHash('sha256').update(text).digest();
}
