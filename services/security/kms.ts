// The port to the key-management system that keeps the key-encryption key: data keys leave this service's memory for its
// database only as it wrapped them.
import path from 'node:path';
import type { Config } from '#chassis/config.ts';
import { awsKms } from './kms-aws.ts';
import { keyringKms } from './kms-keyring.ts';
import { vaultKms } from './kms-vault.ts';

/** A data key, in clear or wrapped. Both ways it is bound to its party: under another's name it cannot be unwrapped. */
export interface PartyKey {
  readonly partyId: string;
  readonly bytes: Buffer;
}

/** A key-management system. Each answers one for each, in order. All throw KmsAway when it cannot be reached. */
export interface Kms {
  /** Wraps keys under the newest version of the key-encryption key. */
  wrap(keys: readonly PartyKey[]): Promise<Buffer[]>;
  /** Unwraps what was wrapped under whichever version. Throws when it was tampered with, or is another party's. */
  unwrap(wrapped: readonly PartyKey[]): Promise<Buffer[]>;
  /** Wraps anew, under the newest version, without the keys leaving the system where it can do so. */
  rewrap(wrapped: readonly PartyKey[]): Promise<Buffer[]>;
  /** Makes a new version of the key-encryption key. The older ones still unwrap. */
  rotate(): Promise<void>;
}

/** Opens the key-management system that the configuration names. Throws one sentence when something is missing there. */
export function openKms({ KMS, KMS_KEY, KMS_ADDRESS, KMS_TOKEN_FILE, DATA_DIR }: Config): Kms {
  if (KMS === 'keyring') return keyringKms(path.join(DATA_DIR, 'keyring', 'kek'));
  if (KMS_KEY === '') throw new Error(`the configuration is wrong. KMS_KEY: is required for ${KMS}`);
  if (KMS === 'aws') return awsKms({ keyId: KMS_KEY, endpoint: KMS_ADDRESS });
  if (KMS_ADDRESS === '') throw new Error('the configuration is wrong. KMS_ADDRESS: is required for vault');
  if (KMS_TOKEN_FILE === '') throw new Error('the configuration is wrong. KMS_TOKEN_FILE: is required for vault');
  return vaultKms({ address: KMS_ADDRESS, key: KMS_KEY, tokenFile: KMS_TOKEN_FILE });
}
