// What a handler of the security service may touch.
import type { House } from '#chassis/boot.ts';
import { type Passwords, passwords } from './passwords.ts';

export interface Context extends House {
  readonly passwords: Passwords;
  now(): Date;
}

/** Makes the context of one process of the security service. */
export function makeContext(house: House): Context {
  // Lifetimes and delays are of this world: the bank's own clock can be set.
  return { ...house, passwords: passwords(), now: () => new Date() };
}
