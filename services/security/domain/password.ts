// What a password must be (NIST SP 800-63B-4, 3.1.1.2): long, since it is the only factor; of any characters.
import { refuse } from './refusals.ts';

const SHORTEST = 15;
const LONGEST = 256;

/** A password as it is hashed: the same characters are the same password, however a keyboard composes them. */
export function normalPassword(password: string): string {
  return password.normalize('NFC');
}

/** A username as it is compared. */
export function normalUsername(username: string): string {
  return username.normalize('NFKC').trim().toLowerCase();
}

/** Whether a password is long enough to be the only factor. */
export function standsAlone(password: string): boolean {
  return lengthOf(password) >= SHORTEST;
}

/** Refuses PASSWORD_UNFIT: too short, too long, one character over and over, or the username and little more. */
export function checkPassword(password: string, username: string): void {
  if (!standsAlone(password) || lengthOf(password) > LONGEST) throw refuse('PASSWORD_UNFIT', { field: 'password' });
  const rest = normalUsername(password).replaceAll(normalUsername(username), '');
  if (new Set(rest).size < 4) throw refuse('PASSWORD_UNFIT', { field: 'password' });
}

/** Each code point counts as one character. */
function lengthOf(password: string): number {
  return Array.from(normalPassword(password)).length;
}
