// Whether receipts are a provider's: Standard Webhooks, version 1.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { RecordReceiptsRequest } from '#gen/bank/notification/v1/notification_service_pb.ts';

/** So far from now a signature may be dated. */
const TOLERANCE_SECONDS = 5 * 60;
/** A shorter secret could be guessed. */
const SECRET_MIN_BYTES = 24;

type Signed = Pick<RecordReceiptsRequest, 'requestId' | 'timestamp' | 'receiptsJson' | 'signature'>;

/** Whether receipts are signed with the secret in a file, just now. Without a file nobody's are. */
export async function isSigned(signed: Signed, secretFile: string, nowMs: number): Promise<boolean> {
  if (secretFile === '') return false;
  const secret = secretOf(await readFile(secretFile, 'utf8'));
  if (Math.abs(nowMs / 1_000 - Number(signed.timestamp)) > TOLERANCE_SECONDS) return false;
  const right = signatureOf(signed, secret);
  return signed.signature.split(' ').some((one) => isSame(one.replace(/^v1,/, ''), right));
}

/** The secret in a text: `whsec_` and its bytes in base64. */
export function secretOf(text: string): Buffer {
  const secret = Buffer.from(text.trim().replace(/^whsec_/, ''), 'base64');
  if (secret.length < SECRET_MIN_BYTES) throw new Error('RECEIPT_SECRET_FILE: holds no secret of 24 bytes or more');
  return secret;
}

/** What receipts are signed with, in base64. */
export function signatureOf({ requestId, timestamp, receiptsJson }: Omit<Signed, 'signature'>, secret: Buffer): string {
  return createHmac('sha256', secret).update(`${requestId}.${timestamp}.${receiptsJson}`).digest('base64');
}

function isSame(one: string, other: string): boolean {
  const [given, right] = [Buffer.from(one), Buffer.from(other)];
  return given.length === right.length && timingSafeEqual(given, right);
}
