// The local keyring: the bank's own secrets, in a directory that all services of one machine share, and the data keys of
// parties where no security service owns them: for a service that runs alone, and from before there was one. Each party's
// key lies in one file, wrapped (AES-256-GCM) by a master key made at the first start.
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { sha256Hex } from './digest.ts';
import { writeNewFile } from './durable-file.ts';
import { type DataKey, deriveSecret, type KeyPort } from './sealing.ts';

const CACHE_MAX = 20_000;
const CACHE_MS = 5 * 60_000;

interface Cached {
  readonly until: number;
  readonly key: Promise<DataKey | undefined>;
}

/** Opens the keyring in a directory, and makes it when there is none. */
export async function localKeyring(directory: string): Promise<KeyPort> {
  const master = await masterKey(directory);
  const cache = new Map<string, Cached>();
  const secrets = new Map<string, Buffer>();

  async function load(partyId: string, make: boolean): Promise<DataKey | undefined> {
    const file = fileOf(directory, partyId);
    const wrapped = make
      ? await readOrMake(file, () => wrap(master, partyId, randomBytes(32)))
      : await readIfThere(file);
    return wrapped && { version: 1, key: unwrap(master, partyId, wrapped) };
  }

  function cached(partyId: string, make: boolean): Promise<DataKey | undefined> {
    const known = cache.get(partyId);
    if (known && known.until > Date.now()) return known.key;
    const key = load(partyId, make);
    if (cache.size >= CACHE_MAX) cache.clear();
    cache.set(partyId, { until: Date.now() + CACHE_MS, key });
    key.then(
      (found) => found ?? cache.delete(partyId),
      () => cache.delete(partyId),
    );
    return key;
  }

  return {
    async current(partyId) {
      const key = (await cached(partyId, false)) ?? (await cached(partyId, true));
      if (!key) throw new Error(`the keyring has no key for ${partyId}`);
      return key;
    },
    async find(partyId, version) {
      const key = await cached(partyId, false);
      return key?.version === version ? key : undefined;
    },
    secret(purpose) {
      const known = secrets.get(purpose) ?? deriveSecret(master, purpose);
      secrets.set(purpose, known);
      return known;
    },
  };
}

/** The keys of parties that lie in a keyring's files, for whoever takes them over. */
export interface KeyFiles {
  /** The key of a party, when there is a file of it. */
  read(partyId: string): Promise<Buffer | undefined>;
  /** Removes the file of a party, when there is one. */
  remove(partyId: string): Promise<void>;
}

/** The files of the keyring in a directory. */
export function keyFiles(directory: string): KeyFiles {
  return {
    async read(partyId) {
      const wrapped = await readIfThere(fileOf(directory, partyId));
      return wrapped && unwrap(await masterKey(directory), partyId, wrapped);
    },
    remove: (partyId) => rm(fileOf(directory, partyId), { force: true }),
  };
}

function masterKey(directory: string): Promise<Buffer> {
  return readOrMake(path.join(directory, 'master.key'), () => randomBytes(32));
}

/** Only a file that is not there is none: one that cannot be read now must not look like a key that was destroyed. */
function readIfThere(file: string): Promise<Buffer | undefined> {
  return readFile(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    return undefined;
  });
}

/** Reads a file, or makes it whole and durable when there is none. When two make it at once, one wins for both. */
export async function readOrMake(file: string, make: () => Uint8Array): Promise<Buffer> {
  const existing = await readIfThere(file);
  if (existing) return existing;
  await writeNewFile(file, make());
  return readFile(file);
}

function fileOf(directory: string, partyId: string): string {
  // Hashed, so that no id can name a path, and spread over 256 folders.
  const name = sha256Hex(partyId);
  return path.join(directory, name.slice(0, 2), `${name.slice(2)}.key`);
}

function wrap(master: Buffer, partyId: string, key: Buffer): Buffer {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', master, nonce).setAAD(Buffer.from(partyId));
  return Buffer.concat([nonce, cipher.update(key), cipher.final(), cipher.getAuthTag()]);
}

function unwrap(master: Buffer, partyId: string, wrapped: Buffer): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', master, wrapped.subarray(0, 12))
    .setAAD(Buffer.from(partyId))
    .setAuthTag(wrapped.subarray(44));
  return Buffer.concat([decipher.update(wrapped.subarray(12, 44)), decipher.final()]);
}
