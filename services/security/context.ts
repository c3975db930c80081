// What a handler of the security service may touch.
import type { House } from '#chassis/boot.ts';
import type { Issuer } from '#chassis/issuer.ts';
import { type AuthorizationServer, authorizationServer } from './authorization-server.ts';
import { type DataKeys, dataKeysOf } from './data-keys.ts';
import { type Executor, openExecutor } from './executor.ts';
import { type Passwords, passwords } from './passwords.ts';
import { type Signing, signing } from './signing.ts';

export interface Context extends House {
  readonly passwords: Passwords;
  /** What everybody connects with this bank: no password is made of it. */
  readonly bankWords: readonly string[];
  readonly signing: Signing;
  /** Signs the tokens of principals. */
  readonly issuer: Issuer;
  readonly executor: Executor;
  readonly dataKeys: DataKeys;
  /** Of partners. */
  readonly authorization: AuthorizationServer;
  now(): Date;
}

/** Makes the context of one process of the security service. */
export function makeContext(house: House): Context {
  const keys = signing(house);
  const executor = openExecutor(house.config, keys.issuer, house.log);
  // Lifetimes and delays are of this world: the bank's own clock can be set.
  const now = () => new Date();
  return {
    ...house,
    passwords: passwords(),
    bankWords: house.config.PASSWORD_WORDS.split(',').filter((word) => word.trim() !== ''),
    signing: keys,
    issuer: keys.issuer,
    executor,
    dataKeys: dataKeysOf(house),
    authorization: authorizationServer(house),
    now,
  };
}
