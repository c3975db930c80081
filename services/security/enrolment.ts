// The codes with which people register their credentials.
import type { Context } from './context.ts';
import { newSecret } from './sessions.ts';

const LIFETIME_MS = 24 * 60 * 60 * 1_000;

/** A new code, what is kept of it, and until when it can be used. */
export function newEnrolmentCode({ vault, now }: Pick<Context, 'vault' | 'now'>) {
  const enrolmentCode = newSecret();
  const hash = vault.hash('security.enrolment-code', enrolmentCode);
  return { enrolmentCode, hash, expireTime: new Date(now().getTime() + LIFETIME_MS) };
}
