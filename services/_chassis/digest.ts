// SHA-256, in one call: what pure code may use of cryptography.
import { hash } from 'node:crypto';

/** How long a digest is. */
export const DIGEST_BYTES = 32;

/** The SHA-256 of a text (UTF-8) or of bytes. */
export function sha256(content: string | Uint8Array): Buffer {
  // To ask for a Buffer takes three times as long.
  return Buffer.from(hash('sha256', content, 'latin1'), 'latin1');
}

/** The same in hexadecimal digits. */
export function sha256Hex(content: string | Uint8Array): string {
  return hash('sha256', content, 'hex');
}
