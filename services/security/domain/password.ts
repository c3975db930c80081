// What a password must be (NIST SP 800-63B-4, 3.1.1.2): long, the more so when it is the only factor; of any characters.
import { dictionary } from '@zxcvbn-ts/language-common';
import { refuse } from './refusals.ts';

const SHORTEST = 15;
const SHORTEST_BESIDE = 8;
const LONGEST = 256;
/** The passwords that are found most often where some have leaked, in lower case. */
const COMMON: ReadonlySet<string> = new Set(dictionary['passwords-common']);

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

/** What a password is held against. */
export interface Surroundings {
  readonly username: string;
  /** What everybody connects with this bank, such as its name. */
  readonly words: readonly string[];
  /** False beside a second factor. */
  readonly isAlone?: boolean;
}

/**
 * Refuses PASSWORD_UNFIT: too short (alone, or beside a second factor), too long, one character over and over, or the
 * username and words of the bank, and little more; and PASSWORD_COMMON.
 */
export function checkPassword(password: string, { username, words, isAlone = true }: Surroundings): void {
  const length = lengthOf(password);
  const isShort = isAlone ? !standsAlone(password) : length < SHORTEST_BESIDE;
  if (isShort || length > LONGEST) throw refuse('PASSWORD_UNFIT', { field: 'password' });
  const known = [username, ...words].map(normalUsername).toSorted((a, b) => b.length - a.length);
  const rest = known.reduce((left, word) => left.replaceAll(word, ''), normalUsername(password));
  if (new Set(rest).size < 4) throw refuse('PASSWORD_UNFIT', { field: 'password' });
  // The whole of it is compared (NIST SP 800-63B-4, 3.1.1.2), in any case.
  if (COMMON.has(normalUsername(password))) throw refuse('PASSWORD_COMMON', { field: 'password' });
}

/** Each code point counts as one character. */
function lengthOf(password: string): number {
  return Array.from(normalPassword(password)).length;
}
