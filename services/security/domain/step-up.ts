// The rules of a step-up: what a proof is bound to, and whether a request may go on with it.
import { sha256 } from '#chassis/digest.ts';

/** Where a step-up is. */
export type StepUpState = 'open' | 'proved' | 'used' | 'failed';

/** RTS 2018/389, 4(3)(b): no more than five wrong proofs. */
export const FAILURES_MAX = 5;
/** RTS 2018/389, 4(3)(d): no more than five minutes. */
export const LIFETIME_MS = 5 * 60_000;

/** What is proved. */
export interface Subject {
  readonly partyId: string;
  readonly rpc: string;
  readonly requestId: string;
  /** The payment, or a hash of the request. */
  readonly content: Buffer;
}

/** A payment, as far as a proof is bound to it: RTS 2018/389, 5(1), and the account that it is taken from. Minor units. */
export interface LinkedPayment {
  readonly debtorAccountId: string;
  readonly creditorAccountId: string;
  readonly currency: string;
  readonly minor: bigint;
}

/** The content of a payment. */
export function paymentContent({ debtorAccountId, creditorAccountId, currency, minor }: LinkedPayment): Buffer {
  return Buffer.from(JSON.stringify([debtorAccountId, creditorAccountId, currency, String(minor)]));
}

/**
 * What a proof is bound to, and a passkey signs: SHA-256 of `corebank step-up 1`, the nonce in hexadecimal digits, party, RPC, request_id
 * and content in base64, as JSON.
 */
export function linkOf(nonce: Buffer, { partyId, rpc, requestId, content }: Subject): Buffer {
  const parts = ['corebank step-up 1', nonce.toString('hex'), partyId, rpc, requestId, content.toString('base64')];
  return sha256(JSON.stringify(parts));
}

/** A step-up as it is judged. */
export interface Judged {
  readonly state: StepUpState;
  readonly link: Buffer;
  /** Milliseconds since the epoch. */
  readonly expireMs: number;
}

/** What becomes of a request: it went on before, it goes on now, or it is refused. */
export type Standing =
  | 'WENT_ON'
  | 'GOES_ON'
  | 'STEP_UP_REQUIRED'
  | 'STEP_UP_MISMATCH'
  | 'STEP_UP_EXPIRED'
  | 'STEP_UP_FAILED';

/** What becomes of a request with this link. One that went on may be repeated for ever: its command makes it once. */
export function standingOf({ state, link, expireMs }: Judged, asked: Buffer, now: Date): Standing {
  if (!link.equals(asked)) return 'STEP_UP_MISMATCH';
  if (state === 'used') return 'WENT_ON';
  if (state === 'failed') return 'STEP_UP_FAILED';
  if (now.getTime() >= expireMs) return 'STEP_UP_EXPIRED';
  return state === 'proved' ? 'GOES_ON' : 'STEP_UP_REQUIRED';
}

/** What becomes of a proof before it is looked at. */
export function trialOf(
  { state, failures, expireMs }: Omit<Judged, 'link'> & { readonly failures: number },
  now: Date,
): 'TRIED' | 'STEP_UP_NOT_OPEN' | 'STEP_UP_EXPIRED' | 'STEP_UP_FAILED' {
  if (state === 'failed') return 'STEP_UP_FAILED';
  if (state !== 'open') return 'STEP_UP_NOT_OPEN';
  if (now.getTime() >= expireMs) return 'STEP_UP_EXPIRED';
  return failures >= FAILURES_MAX ? 'STEP_UP_FAILED' : 'TRIED';
}
