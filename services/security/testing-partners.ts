// What the tests of partners share: a partner with its key, and what its programs send.
import { createHash, randomUUID } from 'node:crypto';
import { type CryptoKey, exportJWK, generateKeyPair, type JWTHeaderParameters, type JWTPayload, SignJWT } from 'jose';
import { type ServiceUnderTest, staff } from '#chassis/testing/service.ts';
import type { SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import { SCOPES } from './domain/partner.ts';
import { approved, unique } from './testing.ts';

type Security = ServiceUnderTest<typeof SecurityService>;

export const ISSUER_URL = 'https://api.bank.example';

/** A key of a partner's, which signs assertions or proofs. */
export interface PartnerKey {
  readonly alg: 'ES256' | 'EdDSA' | 'PS256';
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
  /** The public key, with its name. */
  readonly jwk: Readonly<Record<string, unknown>> & { readonly kid: string };
}

/** A new key. */
export async function aPartnerKey(alg: PartnerKey['alg'] = 'ES256'): Promise<PartnerKey> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  return { alg, privateKey, publicKey, jwk: { ...(await exportJWK(publicKey)), kid: randomUUID() } };
}

/** The keys as a partner is registered with them. */
export function jwksOf(...keys: readonly PartnerKey[]): string {
  return JSON.stringify({ keys: keys.map(({ jwk }) => jwk) });
}

/** What a partner is registered with. */
export function registration(key: PartnerKey, scopes: readonly string[] = SCOPES) {
  const requestId = unique('partner');
  return { requestId, displayName: 'Acme', jwksJson: jwksOf(key), scopes: [...scopes], callsMax: 100 };
}

/** A partner that is registered, with the key that it has. */
export async function aPartner(bank: Security, scopes: readonly string[] = SCOPES, alg: PartnerKey['alg'] = 'ES256') {
  const key = await aPartnerKey(alg);
  const { partner } = await approved(bank).registerPartner(registration(key, scopes));
  return { partnerId: partner?.partnerId ?? '', key };
}

/** Suspends a partner. */
export const suspend = (bank: Security, partnerId: string) =>
  bank.asPrincipal(staff('ADMINISTRATOR')).suspendPartner({ requestId: unique('suspend'), partnerId });

/** A client assertion as a partner makes it (RFC 7523); `claims` in the place of its own, undefined leaves one out. */
export function assertionOf(
  { key, partnerId }: { readonly key: PartnerKey; readonly partnerId: string },
  claims: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const own = { iss: partnerId, sub: partnerId, aud: ISSUER_URL, jti: randomUUID(), iat: now, exp: now + 60 };
  return sign(key, { alg: key.alg, kid: key.jwk.kid }, { ...own, ...claims });
}

/** The hash by which a proof names the token beside which it stands. */
export function athOf(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}

/** A DPoP proof (RFC 9449). */
export function proofOf(key: PartnerKey, htu: string, claims: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const own = { htm: 'POST', htu, jti: randomUUID(), iat: Math.floor(Date.now() / 1000) };
  const { kid: _, ...jwk } = key.jwk;
  return sign(key, { alg: key.alg, typ: 'dpop+jwt', jwk }, { ...own, ...claims });
}

function sign(key: PartnerKey, header: JWTHeaderParameters, claims: JWTPayload): Promise<string> {
  return new SignJWT(claims).setProtectedHeader(header).sign(key.privateKey);
}

/** The body of a token request. */
export function formOf(assertion: string, fields: Readonly<Record<string, string>> = {}): string {
  return new URLSearchParams({
    grant_type: 'client_credentials',
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: assertion,
    ...fields,
  }).toString();
}

/** The token request of a partner, as the edge sends it on. */
export async function tokenRequest(
  partner: { readonly key: PartnerKey; readonly partnerId: string },
  proofKey = partner.key,
) {
  return {
    requestId: unique('token'),
    issuer: ISSUER_URL,
    form: formOf(await assertionOf(partner)),
    dpopProof: await proofOf(proofKey, `${ISSUER_URL}/oauth2/token`),
    address: '192.0.2.7',
    userAgent: 'acme/1',
  };
}
