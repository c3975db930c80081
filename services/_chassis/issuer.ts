// The development issuer: signs tokens with an EdDSA key made at the first start. It exists in development and
// sandboxes only; the security service takes its place.
import path from 'node:path';
import { exportJWK, exportPKCS8, generateKeyPair, importJWK, importPKCS8, type JWTPayload, SignJWT } from 'jose';
import { AudienceSchema, StaffRoleSchema } from '#gen/bank/options/v1/options_pb.ts';
import type { Workload } from '#gen/bank/rules.ts';
import type { Actor } from '#gen/bank/type/v1/actor_pb.ts';
import { readOrMake } from './keyring.ts';

/** Who issues. */
export const ISSUER = 'corebank-development';
/** The audience of the tokens that channels, staff and partners hold. */
export const EDGE_AUDIENCE = 'edge';

const ALGORITHM = 'EdDSA';

/** Signs tokens. */
export interface Issuer {
  /** The token that a channel, a member of staff or a partner shows to the edge. */
  principalToken(actor: Actor, lifetimeSeconds: number): Promise<string>;
  /** The token that a workload which calls for somebody shows to another, for `audience` alone. */
  internalToken(workload: Workload, audience: string, actor: Actor): Promise<string>;
  /** What verifies them. */
  readonly publicKey: CryptoKey;
}

/** How long an internal token lives. */
export const INTERNAL_LIFETIME_SECONDS = 60;

/** Opens the development issuer in a directory that all services of one machine share, and makes its key when there is none. */
export async function developmentIssuer(directory: string): Promise<Issuer> {
  const file = path.join(directory, 'issuer.pem');
  const { privateKey: fresh } = await generateKeyPair(ALGORITHM, { extractable: true });
  const made = Buffer.from(await exportPKCS8(fresh));
  const pem = (await readOrMake(file, () => made)).toString();
  const key = await importPKCS8(pem, ALGORITHM, { extractable: true });
  const { d: _secret, ...jwk } = await exportJWK(key);
  const publicKey = (await importJWK(jwk, ALGORITHM)) as CryptoKey;

  const sign = (claims: JWTPayload, audience: string, lifetimeSeconds: number): Promise<string> =>
    new SignJWT(claims)
      .setProtectedHeader({ alg: ALGORITHM })
      .setIssuer(ISSUER)
      .setAudience(audience)
      .setIssuedAt()
      .setExpirationTime(`${lifetimeSeconds}s`)
      .sign(key);

  return {
    publicKey,
    principalToken: (actor, lifetimeSeconds) => sign(claimsOf(actor), EDGE_AUDIENCE, lifetimeSeconds),
    internalToken: (workload, audience, actor) =>
      sign({ ...claimsOf(actor), workload }, audience, INTERNAL_LIFETIME_SECONDS),
  };
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
