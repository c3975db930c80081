// What a partner may be registered with.
import { type Rule, rules } from '#gen/bank/rules.ts';
import { refuse } from './refusals.ts';

/** The algorithms with which partners sign (FAPI 2.0 Security Profile, 5.4); EdDSA also by its newer name (RFC 9864). */
export const ALGORITHMS = ['ES256', 'EdDSA', 'Ed25519', 'PS256'] as const;

/** How long from now an assertion may be good, at the most. */
export const ASSERTION_SECONDS_MAX = 300;

/** A public key of a partner's. */
export interface PublicKey {
  readonly kid: string;
  readonly kty: string;
  readonly use: 'sig';
  readonly [member: string]: string;
}

/** The keys of a partner, as a JWK set (RFC 7517). */
export interface PublicKeys {
  readonly keys: readonly PublicKey[];
}

/** Every scope that an RPC is granted to. */
export const SCOPES: readonly string[] = [
  ...new Set(Object.values<Rule>(rules).flatMap(({ grants }) => grants.flatMap(({ scopes }) => scopes))),
].toSorted();

const KEYS_MAX = 8;
const RSA_BYTES_MIN = 256;
const RSA_BYTES_MAX = 512;
const COORDINATE_BYTES = 32;

/** Refuses SCOPE_UNKNOWN. */
export function checkScopes(scopes: readonly string[]): void {
  if (scopes.some((scope) => !SCOPES.includes(scope))) throw refuse('SCOPE_UNKNOWN', { known: SCOPES.join(' ') });
}

/** Reads a JWK set, and keeps of each key what belongs to it and nothing else. Refuses JWKS_INVALID. */
export function readKeys(jwksJson: string): PublicKeys {
  const set = parse(jwksJson);
  const given: unknown = isRecord(set) ? set['keys'] : undefined;
  if (!Array.isArray(given) || given.length === 0 || given.length > KEYS_MAX) throw refuse('JWKS_INVALID');
  const keys = given.map(readKey);
  if (new Set(keys.map(({ kid }) => kid)).size !== keys.length) throw refuse('JWKS_INVALID');
  return { keys };
}

function readKey(given: unknown): PublicKey {
  if (!isRecord(given)) throw refuse('JWKS_INVALID');
  const { kid, kty, crv, alg, use } = given;
  const found = KINDS.find((kind) => kind.kty === kty && kind.crv === crv);
  const isFit = found?.members.every(({ name, isLong }) => isLong(bytesIn(given[name])));
  if (!found || !isFit || typeof kid !== 'string' || !/^[\w.:-]{1,64}$/.test(kid)) throw refuse('JWKS_INVALID');
  const isOther =
    (alg !== undefined && !found.algorithms.some((one) => one === alg)) || (use !== undefined && use !== 'sig');
  // Whoever sends a private key has shown it: it is of no use any more.
  if (isOther || PRIVATE.some((name) => given[name] !== undefined)) throw refuse('JWKS_INVALID');
  const members = found.members.map(({ name }) => [name, String(given[name])]);
  return {
    kid,
    kty: found.kty,
    ...(found.crv !== undefined && { crv: found.crv }),
    ...Object.fromEntries(members),
    use: 'sig',
  };
}

const PRIVATE = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];

const coordinate = (length: number): boolean => length === COORDINATE_BYTES;
const modulus = (length: number): boolean => length >= RSA_BYTES_MIN && length <= RSA_BYTES_MAX;
const exponent = (length: number): boolean => length === 3;

const KINDS = [
  {
    kty: 'EC',
    crv: 'P-256',
    algorithms: ['ES256'],
    members: [
      { name: 'x', isLong: coordinate },
      { name: 'y', isLong: coordinate },
    ],
  },
  { kty: 'OKP', crv: 'Ed25519', algorithms: ['EdDSA', 'Ed25519'], members: [{ name: 'x', isLong: coordinate }] },
  {
    kty: 'RSA',
    crv: undefined,
    algorithms: ['PS256'],
    members: [
      { name: 'n', isLong: modulus },
      { name: 'e', isLong: exponent },
    ],
  },
] as const;

/** How many bytes a member of a key has; 0 when it is none. */
function bytesIn(member: unknown): number {
  if (typeof member !== 'string' || !/^[\w-]+$/.test(member)) return 0;
  return Buffer.from(member, 'base64url').length;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw refuse('JWKS_INVALID');
  }
}
