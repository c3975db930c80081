// What a token says, and who signs it: the security service, and in development also the development issuer, which gives
// tokens to anybody.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { exportJWK, exportPKCS8, generateKeyPair, importJWK, importPKCS8, type JWTPayload, SignJWT } from 'jose';
import { AudienceSchema, StaffRoleSchema } from '#gen/bank/options/v1/options_pb.ts';
import type { Workload } from '#gen/bank/rules.ts';
import type { Actor } from '#gen/bank/type/v1/actor_pb.ts';
import type { Config } from './config.ts';
import { readOrMake } from './keyring.ts';

/** Whom the tokens of the security service name as their issuer. */
export const ISSUER = 'corebank';
/** Whom those of the development issuer do, and what its key is called. */
export const DEVELOPMENT_ISSUER = 'corebank-development';
/** The audience of the tokens that channels, staff and partners hold. */
export const EDGE_AUDIENCE = 'edge';
/** How all tokens are signed: Ed25519 (RFC 8037). */
export const ALGORITHM = 'EdDSA';

/** All tokens of the security service are over after this time: for so long their keys, and sessions that are revoked, are remembered. */
export const LIFETIME_SECONDS_MAX = 600;

/** How long an internal token lives. */
export const INTERNAL_LIFETIME_SECONDS = 60;

/** Signs tokens. */
export interface Issuer {
  /** The token that a channel, a member of staff or a partner shows to the edge. */
  principalToken(actor: Actor, lifetimeSeconds: number): Promise<string>;
  /** The same for a partner: bound to a key of its own, of which every call needs a proof (RFC 9449). */
  partnerToken(actor: Actor, lifetimeSeconds: number, bound: Bound): Promise<string>;
  /** The token that a workload which calls for somebody shows to another, for `audience` alone. */
  internalToken(workload: Workload, audience: string, actor: Actor): Promise<string>;
}

/** What a partner's token is bound to. */
export interface Bound {
  /** Of the key (RFC 7638). */
  readonly thumbprint: string;
  /** How many calls may be made with it, and all others of its partner, in a window of the edge's. */
  readonly callsMax: number;
}

/** A key that signs: its name in the header of tokens, and the private key. */
export interface Signer {
  readonly kid: string;
  readonly key: CryptoKey;
}

/** Makes an issuer of this name, which signs with the key that is to sign at the time. */
export function issuerWith(issuer: string, signer: () => Signer): Issuer {
  const sign = (claims: JWTPayload, audience: string, lifetimeSeconds: number): Promise<string> => {
    const { kid, key } = signer();
    return new SignJWT(claims)
      .setProtectedHeader({ alg: ALGORITHM, kid })
      .setIssuer(issuer)
      .setAudience(audience)
      .setIssuedAt()
      .setExpirationTime(`${lifetimeSeconds}s`)
      .sign(key);
  };
  return {
    principalToken: (actor, lifetimeSeconds) => sign(claimsOf(actor), EDGE_AUDIENCE, lifetimeSeconds),
    partnerToken: (actor, lifetimeSeconds, { thumbprint, callsMax }) =>
      sign({ ...claimsOf(actor), cnf: { jkt: thumbprint }, calls_max: callsMax }, EDGE_AUDIENCE, lifetimeSeconds),
    internalToken: (workload, audience, actor) =>
      sign({ ...claimsOf(actor), workload }, audience, INTERNAL_LIFETIME_SECONDS),
  };
}

/** The development issuer, with what verifies its tokens. */
export type DevelopmentIssuer = Issuer & { readonly publicKey: CryptoKey };

/**
 * The development issuer of a configuration: undefined outside development. Throws when a production bank is started where
 * the key of one lies: what else is there was open to everybody too.
 */
export async function developmentIssuerOf(
  config: Pick<Config, 'BANK_ENVIRONMENT' | 'DATA_DIR'>,
): Promise<DevelopmentIssuer | undefined> {
  const directory = path.join(config.DATA_DIR, 'keyring');
  if (config.BANK_ENVIRONMENT === 'development') return developmentIssuer(directory);
  if (config.BANK_ENVIRONMENT === 'production' && existsSync(keyFile(directory))) {
    throw new Error('DATA_DIR: its keyring is that of a development bank, whose issuer production refuses');
  }
  return undefined;
}

/** Opens the development issuer in a directory that all services of one machine share, and makes its key when there is none. */
export async function developmentIssuer(directory: string): Promise<DevelopmentIssuer> {
  const { privateKey: fresh } = await generateKeyPair(ALGORITHM, { extractable: true });
  const made = Buffer.from(await exportPKCS8(fresh));
  const pem = (await readOrMake(keyFile(directory), () => made)).toString();
  const key = await importPKCS8(pem, ALGORITHM, { extractable: true });
  const { d: _secret, ...jwk } = await exportJWK(key);
  const publicKey = (await importJWK(jwk, ALGORITHM)) as CryptoKey;
  return { ...issuerWith(DEVELOPMENT_ISSUER, () => ({ kid: DEVELOPMENT_ISSUER, key })), publicKey };
}

function keyFile(directory: string): string {
  return path.join(directory, 'issuer.pem');
}

/** An actor as the claims of a token. */
function claimsOf(actor: Actor): JWTPayload {
  return {
    sub: actor.partyId,
    sid: actor.sessionId,
    audience: AudienceSchema.value[actor.audience]?.localName ?? '',
    roles: actor.roles.map((role) => StaffRoleSchema.value[role]?.localName ?? ''),
    branch: actor.branchId,
    scopes: actor.scopes,
    ...(actor.approverId && { approver: actor.approverId }),
  };
}
