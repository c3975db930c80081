// Verifies tokens. Verifying costs 0.1–0.3 ms of processor time, so a verified token is remembered by its hash.
import { create } from '@bufbuild/protobuf';
import { decodeProtectedHeader, errors, type JWTPayload, jwtVerify } from 'jose';
import { Audience, StaffRole } from '#gen/bank/options/v1/options_pb.ts';
import type { Workload } from '#gen/bank/rules.ts';
import type { Actor } from '#gen/bank/type/v1/actor_pb.ts';
import { ActorSchema } from '#gen/bank/type/v1/actor_pb.ts';
import { sha256Hex } from './digest.ts';
import { Refusal, refuseCall } from './errors.ts';
import { ALGORITHM, type Bound } from './issuer.ts';
import type { FindKey } from './verification-keys.ts';

/** What a verified token says. */
export interface Verified {
  /** Who signed it. */
  readonly issuer: string;
  /** Seconds since the epoch. */
  readonly expires: number;
  /** Set in internal tokens: the workload that sends it. */
  readonly workload: Workload | undefined;
  /** The one who stands behind it. */
  readonly principal: Actor;
  /** Set in partners' tokens of security's: the key to which it is bound, and how often the partner may call. */
  readonly bound: Bound | undefined;
}

/** The token is the bank's own and was meant for somebody else: whose it is, is known. TOKEN_INVALID all the same. */
export class WrongAudience extends Refusal {
  readonly principal: Actor;

  constructor(principal: Actor) {
    super(refuseCall('TOKEN_INVALID'));
    this.principal = principal;
  }
}

const CACHE_MAX = 10_000;

/** Verifies tokens for one audience. Refuses TOKEN_MISSING and TOKEN_INVALID, without saying what is wrong with it. */
export function tokenVerifier(find: FindKey, audience: string): (authorization: string) => Promise<Verified> {
  const cache = new Map<string, Verified>();

  return async (authorization) => {
    const token = tokenIn(authorization);
    if (!token) throw refuseCall(authorization === '' ? 'TOKEN_MISSING' : 'TOKEN_INVALID');
    const hash = sha256Hex(token);
    const known = cache.get(hash);
    if (known && known.expires * 1000 > Date.now()) return known;
    const verified = await verify(token, find, audience);
    if (cache.size >= CACHE_MAX) cache.clear();
    cache.set(hash, verified);
    return verified;
  };
}

/** The token that an authorization header shows; undefined when it shows none. */
export function tokenIn(authorization: string): string | undefined {
  return /^(?:Bearer|DPoP) ([A-Za-z0-9._-]{1,4096})$/i.exec(authorization)?.[1];
}

async function verify(token: string, find: FindKey, audience: string): Promise<Verified> {
  const kid = kidOf(token);
  const found = kid === undefined ? undefined : await find(kid);
  if (!found) throw refuseCall('TOKEN_INVALID');
  const payload = await jwtVerify(token, found.key, {
    algorithms: [ALGORITHM],
    issuer: found.issuer,
    audience,
    requiredClaims: ['exp', 'iat'],
  }).then(
    (result) => result.payload,
    (error: unknown) => {
      const isWrongAudience = error instanceof errors.JWTClaimValidationFailed && error.claim === 'aud';
      if (isWrongAudience && error.payload.sub) throw new WrongAudience(actorFrom(error.payload));
      return undefined;
    },
  );
  if (!payload?.sub) throw refuseCall('TOKEN_INVALID');
  return {
    issuer: found.issuer,
    expires: payload.exp ?? 0,
    workload: typeof payload['workload'] === 'string' ? (payload['workload'] as Workload) : undefined,
    principal: actorFrom(payload),
    bound: boundIn(payload),
  };
}

/** The name of the key that signed a token, as the token says; undefined when it says none. */
function kidOf(token: string): string | undefined {
  try {
    return decodeProtectedHeader(token).kid;
  } catch {
    return undefined;
  }
}

function actorFrom(payload: JWTPayload): Actor {
  const roles = Array.isArray(payload['roles']) ? (payload['roles'] as string[]) : [];
  const scopes = Array.isArray(payload['scopes']) ? (payload['scopes'] as string[]) : [];
  return create(ActorSchema, {
    audience: Audience[payload['audience'] as keyof typeof Audience] ?? Audience.UNSPECIFIED,
    partyId: payload.sub ?? '',
    sessionId: textOf(payload['sid']),
    branchId: textOf(payload['branch']),
    roles: roles.map((role) => StaffRole[role as keyof typeof StaffRole] ?? StaffRole.UNSPECIFIED),
    scopes,
    approverId: textOf(payload['approver']),
  });
}

function boundIn({ cnf, calls_max: callsMax }: JWTPayload): Bound | undefined {
  const thumbprint = (cnf as { jkt?: unknown } | undefined)?.jkt;
  return typeof thumbprint === 'string' ? { thumbprint, callsMax: Number(callsMax) } : undefined;
}

function textOf(claim: unknown): string {
  return typeof claim === 'string' ? claim : '';
}
