// A key that the bank signs with (Ed25519), made at its first use in the directory where the keyring is.
import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import path from 'node:path';
import { readOrMake } from './keyring.ts';

/** A signing key. */
export interface SigningKey {
  /** The public key, for whoever checks: PEM (SubjectPublicKeyInfo). */
  readonly publicKeyPem: string;
  sign(bytes: Uint8Array): Buffer;
}

/** Opens a signing key by its name, and makes it when there is none. All processes that share the directory share it. */
export async function signingKey(directory: string, name: string): Promise<SigningKey> {
  const make = () => Buffer.from(generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }));
  const key = createPrivateKey(await readOrMake(path.join(directory, `${name}.pem`), make));
  return {
    publicKeyPem: String(createPublicKey(key).export({ type: 'spki', format: 'pem' })),
    sign: (bytes) => sign(null, bytes, key),
  };
}
