// What a handler of the security service may touch.
import type { House } from '#chassis/boot.ts';
import { type DataKeys, openDataKeys } from './data-keys.ts';
import { type Executor, openExecutor } from './executor.ts';
import { type Passwords, passwords } from './passwords.ts';

export interface Context extends House {
  readonly passwords: Passwords;
  readonly executor: Executor;
  readonly dataKeys: DataKeys;
  now(): Date;
}

/** Makes the context of one process of the security service. */
export function makeContext(house: House): Context {
  // Lifetimes and delays are of this world: the bank's own clock can be set.
  const executor = openExecutor(house.config, house.issuer, house.log);
  return { ...house, passwords: passwords(), executor, dataKeys: openDataKeys(house), now: () => new Date() };
}
