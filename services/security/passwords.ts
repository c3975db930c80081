// Argon2id (RFC 9106), off the event loop: the library works on the threads of libuv.
import { randomBytes } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';
import { normalPassword } from './domain/password.ts';

/** OWASP's Password Storage Cheat Sheet: 19 MiB, two passes, one lane. The library's default is Argon2id. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** Hashes and verifies passwords. */
export interface Passwords {
  /** The hash to keep, as a PHC string. */
  hash(password: string): Promise<string>;
  /** Whether a password is the one that was hashed. Without a hash it takes as long, and is not. */
  verify(kept: string | undefined, password: string): Promise<boolean>;
}

/** Makes the hasher of one process. */
export function passwords(): Passwords {
  const nobodys = hash(randomBytes(32), COST);
  return {
    hash: (password) => hash(normalPassword(password), COST),
    async verify(kept, password) {
      const isRight = await verify(kept ?? (await nobodys), normalPassword(password));
      return isRight && kept !== undefined;
    },
  };
}
