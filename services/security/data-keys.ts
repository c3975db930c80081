// The data keys of parties: made on first use, kept wrapped, answered in clear to those who seal, and destroyed.
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import type { Means } from '#chassis/boot.ts';
import { type FetchKeys, keysFetchedBy } from '#chassis/data-keys.ts';
import type { Database } from '#chassis/database.ts';
import { type KeyFiles, keyFiles } from '#chassis/keyring.ts';
import { type Vault, vault } from '#chassis/sealing.ts';
import { KmsAway } from './domain/kms-away.ts';
import { refuse } from './domain/refusals.ts';
import { type DataKeyRow, insertDataKeys, selectDataKeys, selectWrappingRotation } from './key-tables.ts';
import { type Kms, openKms, type PartyKey } from './kms.ts';

/** Every party has one key; what it seals says so. */
export const KEY_VERSION = 1;

/** What became of a party's key. */
export type Found = { readonly state: 'active'; readonly key: Buffer } | { readonly state: 'destroyed' | 'none' };

/** The data keys of parties. */
export interface DataKeys {
  readonly kms: Kms;
  /** The keys from before security had them. */
  readonly files: KeyFiles;
  /** The keys of parties, each of whom is named once, in order; with `make`, of all. Refuses KEY_MANAGEMENT_UNAVAILABLE. */
  get(partyIds: readonly string[], make: boolean): Promise<Found[]>;
}

/** Fetches the keys of parties here as all others get them, without a call. */
export function ownKeys(means: Means): FetchKeys {
  const { get } = dataKeysOf(means);
  return async (partyIds) =>
    (await get(partyIds, true)).map((found) =>
      found.state === 'active' ? { version: KEY_VERSION, key: found.key } : undefined,
    );
}

/** Seals and opens beside a running service, with its keys. */
export async function ownVault(means: Means): Promise<Vault> {
  return vault(await keysFetchedBy(ownKeys(means), means.config));
}

const opened = new WeakMap<Database, DataKeys>();

/** The data keys of a process of the security service, opened once: they are needed before there is a context, and in it. */
export function dataKeysOf(means: Means): DataKeys {
  const keys = opened.get(means.database) ?? openDataKeys(means);
  opened.set(means.database, keys);
  return keys;
}

function openDataKeys({ config, database, log }: Means): DataKeys {
  const kms = openKms(config);
  const files = keyFiles(path.join(config.DATA_DIR, 'keyring'));

  /** Makes the keys of parties who have none. Another process may be faster: then theirs are the ones. */
  async function make(partyIds: readonly string[]): Promise<void> {
    const keys = await Promise.all(
      partyIds.map(async (partyId) => ({ partyId, bytes: (await files.read(partyId)) ?? randomBytes(32) })),
    );
    // Read before they are wrapped: a rotation that begins meanwhile wraps them anew.
    const [newest] = await database.query(selectWrappingRotation());
    const wrapped = await kms.wrap(keys);
    const rows = keys.map(({ partyId }, index) => ({ partyId, wrapped: wrapped[index] as Buffer }));
    await database.query(insertDataKeys(rows, newest?.number ?? 0));
    for (const partyId of partyIds) await files.remove(partyId);
  }

  async function read(partyIds: readonly string[]): Promise<Map<string, DataKeyRow>> {
    const rows = await database.query(selectDataKeys(partyIds));
    return new Map(rows.map((row) => [row.partyId, row]));
  }

  async function get(partyIds: readonly string[], makes: boolean): Promise<Found[]> {
    let rows = await read(partyIds);
    const missing = partyIds.filter((partyId) => !rows.has(partyId));
    if (makes && missing.length > 0) {
      await make(missing);
      rows = await read(partyIds);
    }
    const active = [...rows.values()].flatMap(({ partyId, wrapped }): PartyKey[] =>
      wrapped ? [{ partyId, bytes: wrapped }] : [],
    );
    const keys = await kms.unwrap(active);
    const byParty = new Map(active.map(({ partyId }, index) => [partyId, keys[index] as Buffer]));
    return partyIds.map((partyId) => {
      const key = byParty.get(partyId);
      if (key) return { state: 'active', key };
      return { state: rows.has(partyId) ? 'destroyed' : 'none' };
    });
  }

  return {
    kms,
    files,
    async get(partyIds, makes) {
      try {
        return await get(partyIds, makes);
      } catch (error) {
        if (!(error instanceof KmsAway)) throw error;
        log.warn({ err: error }, 'the key-management system is away');
        throw refuse('KEY_MANAGEMENT_UNAVAILABLE');
      }
    },
  };
}
