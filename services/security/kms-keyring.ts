// The default key-management system: versions of a key-encryption key in a directory, each in a file that only its owner
// reads. Whoever can read both that directory and the database can open everything: for development and single machines.
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { writeNewFile } from '#chassis/durable-file.ts';
import type { Kms, PartyKey } from './kms.ts';

const VERSION_BYTES = 4;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Opens the keyring in a directory; its first version is made when it is first needed. */
export function keyringKms(directory: string): Kms {
  const versions = new Map<number, Promise<Buffer>>();
  const fileOf = (version: number) => path.join(directory, `${version}.key`);

  function keyOf(version: number): Promise<Buffer> {
    const known = versions.get(version) ?? readFile(fileOf(version));
    versions.set(version, known);
    known.catch(() => versions.delete(version));
    return known;
  }

  /** Looked up each time, since another process may have rotated. */
  async function newest(): Promise<number> {
    const names = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
      return [];
    });
    const found = names.flatMap((name) => /^(\d+)\.key$/.exec(name)?.[1] ?? []).map(Number);
    if (found.length > 0) return Math.max(...found);
    await writeNewFile(fileOf(1), randomBytes(32));
    return 1;
  }

  async function wrap(keys: readonly PartyKey[]): Promise<Buffer[]> {
    const version = await newest();
    const key = await keyOf(version);
    return keys.map(({ partyId, bytes }) => {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(partyId));
      const head = Buffer.alloc(VERSION_BYTES);
      head.writeUInt32BE(version);
      return Buffer.concat([head, nonce, cipher.update(bytes), cipher.final(), cipher.getAuthTag()]);
    });
  }

  async function unwrapOne({ partyId, bytes }: PartyKey): Promise<Buffer> {
    const key = await keyOf(bytes.readUInt32BE());
    const body = bytes.subarray(VERSION_BYTES + NONCE_BYTES, bytes.length - TAG_BYTES);
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(VERSION_BYTES, VERSION_BYTES + NONCE_BYTES))
      .setAAD(Buffer.from(partyId))
      .setAuthTag(bytes.subarray(bytes.length - TAG_BYTES));
    return Buffer.concat([decipher.update(body), decipher.final()]);
  }

  const unwrap = (wrapped: readonly PartyKey[]) => Promise.all(wrapped.map(unwrapOne));
  return {
    wrap,
    unwrap,
    async rewrap(wrapped) {
      const keys = await unwrap(wrapped);
      return wrap(wrapped.map(({ partyId }, index) => ({ partyId, bytes: keys[index] as Buffer })));
    },
    // Two who rotate at once make one version together.
    async rotate() {
      await writeNewFile(fileOf((await newest()) + 1), randomBytes(32));
    },
  };
}
