// The authorization server of partners, as far as it is HTTP: what is asked of it goes to security, and what is answered is OAuth's own.
import type { Client } from '#chassis/call.ts';
import { Code, Refusal } from '#chassis/errors.ts';
import { newId } from '#chassis/id.ts';
import type { SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import type { PlainAnswer } from './development-tokens.ts';

/** The longest body of a token request. */
export const FORM_BYTES_MAX = 16 * 1024;
/** So long a token request may take. */
export const TOKEN_REQUEST_MS = 5_000;

type Security = Pick<Client<typeof SecurityService>, 'issuePartnerToken' | 'getAuthorizationServer'>;

/** A token request. */
export interface TokenRequest {
  readonly issuer: string;
  readonly form: string;
  readonly dpopProof: string;
  readonly address: string;
  readonly userAgent: string;
}

/** Answers a token request (RFC 6749, 5). */
export async function partnerToken(security: Security, request: TokenRequest): Promise<PlainAnswer> {
  try {
    const { accessToken, accessSeconds, scopes } = await security.issuePartnerToken({
      ...request,
      requestId: newId('cmd'),
    });
    const json = { access_token: accessToken, token_type: 'DPoP', expires_in: accessSeconds, scope: scopes.join(' ') };
    return { status: 200, json };
  } catch (error) {
    return refusedAs(error);
  }
}

/** Answers the metadata of the server (RFC 8414). */
export async function authorizationServer(security: Security, issuer: string): Promise<PlainAnswer> {
  try {
    const { metadataJson } = await security.getAuthorizationServer({ issuer });
    return { status: 200, json: JSON.parse(metadataJson) };
  } catch (error) {
    return refusedAs(error);
  }
}

/** What a partner is told of a refusal: OAuth's own, or a general one that says nothing of the inside. */
export function refusedAs(error: unknown): PlainAnswer {
  if (!(error instanceof Refusal)) return { status: 500, json: { error: 'server_error' } };
  const { reason, code, metadata } = error;
  if (reason === 'TOKEN_REQUEST_REFUSED') {
    const { status, error: word, error_description } = metadata;
    return { status: Number(status), json: { error: word, ...(error_description && { error_description }) } };
  }
  if (reason === 'SESSION_ENDED') return { status: 401, json: { error: 'invalid_client' } };
  if (reason === 'RATE_LIMITED') return { status: 429, json: { error: 'temporarily_unavailable' } };
  if (code === Code.INVALID_ARGUMENT) return { status: 400, json: { error: 'invalid_request' } };
  const isPassing = code === Code.UNAVAILABLE || code === Code.DEADLINE_EXCEEDED;
  return isPassing
    ? { status: 503, json: { error: 'temporarily_unavailable' } }
    : { status: 500, json: { error: 'server_error' } };
}
