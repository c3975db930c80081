// Personal data is sealed under the key of the party it is about (AES-256-GCM), wherever it is written: destroying the
// key erases it. Keys come through one port: from the security service (data-keys.ts), or from a local keyring for a
// service that runs alone (keyring.ts).
import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { create } from '@bufbuild/protobuf';
import type { Sealed } from '#gen/bank/type/v1/sealed_pb.ts';
import { SealedSchema } from '#gen/bank/type/v1/sealed_pb.ts';
import { THROWN_AWAY, thrownAwayKey, thrownAwayKeys } from './rehearsal.ts';

/** One version of a party's data key: 32 bytes. */
export interface DataKey {
  readonly version: number;
  readonly key: Buffer;
}

/** Where data keys come from. */
export interface KeyPort {
  /** The newest key of a party; made when there is none. Durable before it is returned. */
  current(partyId: string): Promise<DataKey>;
  /** A certain key of a party, or undefined once it was destroyed. */
  find(partyId: string, version: number): Promise<DataKey | undefined>;
  /** The bank's own secret for `purpose`: for keyed hashes and signatures. 32 bytes. */
  secret(purpose: string): Buffer;
}

/** Seals, opens and hashes personal data. */
export interface Vault {
  /** Seals bytes under a party's newest key. `context` (e.g. `customer.profile`) must be the same when they are opened. */
  seal(partyId: string, context: string, plaintext: Uint8Array): Promise<Sealed>;
  /** Fetches a party's key ahead of a transaction that is going to seal or open, which cannot wait for it. */
  ready(partyId: string): Promise<void>;
  /** Opens what was sealed, or answers undefined when the key was destroyed. Throws when it was tampered with. */
  open(sealed: Sealed, context: string): Promise<Buffer | undefined>;
  /** A keyed hash of a normalised value, to search by without storing it in clear. 16 bytes. */
  hash(purpose: string, value: string): Buffer;
}

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const NONCES_AT_ONCE = 256;

/** Makes a vault over a key port. */
export function vault(keys: KeyPort): Vault {
  return {
    async seal(partyId, context, plaintext) {
      const { version, key } = await currentKey(keys, partyId);
      const nonce = nextNonce();
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(bindingOf(partyId, version, context));
      const ciphertext = Buffer.concat([nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
      return create(SealedSchema, { partyId, keyVersion: version, ciphertext });
    },
    async ready(partyId) {
      await currentKey(keys, partyId);
    },
    async open({ partyId, keyVersion, ciphertext }, context) {
      const key = await keyFound(keys, partyId, keyVersion);
      if (!key) return undefined;
      const bytes = Buffer.from(ciphertext);
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES))
        .setAAD(bindingOf(partyId, keyVersion, context))
        .setAuthTag(bytes.subarray(bytes.length - TAG_BYTES));
      const body = bytes.subarray(NONCE_BYTES, bytes.length - TAG_BYTES);
      return Buffer.concat([decipher.update(body), decipher.final()]);
    },
    hash: (purpose, value) =>
      createHmac('sha256', keys.secret(`search:${purpose}`))
        .update(value)
        .digest()
        .subarray(0, 16),
  };
}

async function currentKey(keys: KeyPort, partyId: string): Promise<DataKey> {
  const key = thrownAwayKey(partyId);
  return key ? { version: THROWN_AWAY, key } : keys.current(partyId);
}

async function keyFound(keys: KeyPort, partyId: string, version: number): Promise<Buffer | undefined> {
  if (version === THROWN_AWAY) return thrownAwayKeys()?.get(partyId);
  return (await keys.find(partyId, version))?.key;
}

let random = Buffer.alloc(0);

/** Random bytes for one nonce, fetched for many at a time: to ask the system for each would take longer than to seal. */
function nextNonce(): Buffer {
  if (random.length < NONCE_BYTES) random = randomBytes(NONCE_BYTES * NONCES_AT_ONCE);
  const nonce = random.subarray(0, NONCE_BYTES);
  random = random.subarray(NONCE_BYTES);
  return nonce;
}

/** What a ciphertext is bound to, so that it cannot be moved to another party, key or place. */
function bindingOf(partyId: string, version: number, context: string): Buffer {
  return Buffer.from(JSON.stringify([partyId, version, context]));
}

/** Derives the bank's secret for one purpose from a master key (HKDF-SHA256, RFC 5869). */
export function deriveSecret(master: Buffer, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', master, 'corebank', purpose, 32));
}
