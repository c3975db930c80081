// What a caller without a good token is told of how to show one (RFC 9110 §11.6.1, RFC 6750 §3, RFC 9449 §7.1).
import { Code, type Refusal } from '#chassis/errors.ts';
import { PROOF_ALGORITHMS } from './dpop.ts';

const ALGORITHMS = `algs="${PROOF_ALGORITHMS.join(' ')}"`;

/** The header `www-authenticate` of a refusal; of one that no other token would mend there is none. */
export function challengeOf({ code, reason }: Refusal): Record<string, string> {
  if (code !== Code.UNAUTHENTICATED) return {};
  if (reason === 'DPOP_PROOF_REFUSED') return challenge(`DPoP ${ALGORITHMS}, error="invalid_dpop_proof"`);
  const error = reason === 'TOKEN_MISSING' ? '' : ', error="invalid_token"';
  return challenge(`Bearer realm="bank"${error}, DPoP ${ALGORITHMS}${error}`);
}

function challenge(text: string): Record<string, string> {
  return { 'www-authenticate': text };
}
