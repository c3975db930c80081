// SHA-256, in one call: what pure code may use of cryptography.
import { hash } from 'node:crypto';

/** How long a digest is. */
export const DIGEST_BYTES = 32;

/** The SHA-256 of a text (UTF-8) or of bytes. */
export function sha256(content: string | Uint8Array): Buffer {
  return hash('sha256', content, 'buffer');
}
