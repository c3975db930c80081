// The codes with which those who have forgotten their password set a new one: how long, and how often.

const LIFETIME_MS = 15 * 60 * 1_000;
const MOST_WRONG = 5;
/** So that nobody can have letters sent to others without end, nor make their codes useless as quickly as they come. */
const APART_MS = 60 * 1_000;

/** Until when a code is good that is made now. */
export function resetExpiry(now: Date): Date {
  return new Date(now.getTime() + LIFETIME_MS);
}

/** The time by which a code must have been made that may be replaced now. */
export function replaceableSince(now: Date): Date {
  return new Date(now.getTime() - APART_MS);
}

/** Whether a code may still be tried: with its expiry (ms), its wrong tries, and the version of the credentials then and now. */
export function mayReset(
  code: { readonly expireMs: number; readonly wrongTries: number; readonly credentialVersion: number },
  version: number,
  now: Date,
): boolean {
  return now.getTime() < code.expireMs && code.wrongTries < MOST_WRONG && code.credentialVersion === version;
}
