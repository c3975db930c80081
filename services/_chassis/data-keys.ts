// The data keys of parties as a service has them: asked of the security service many at a time, and kept in memory for five
// minutes at most, so that a party whose key was destroyed is erased everywhere by then.
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { DataKeyState } from '#gen/bank/security/v1/data_key_pb.ts';
import type { SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import type { Client } from './call.ts';
import { coalesce } from './coalesce.ts';
import type { Config } from './config.ts';
import { isInTransaction, Outside } from './database.ts';
import { refuseCall } from './errors.ts';
import { localKeyring } from './keyring.ts';
import type { Logger } from './log.ts';
import type { DataKey, KeyPort } from './sealing.ts';

/** Fetches the keys of parties, one answer for each, in order; undefined where it was destroyed. */
export type FetchKeys = (partyIds: string[]) => Promise<readonly (DataKey | undefined)[]>;

/** No key is used longer than this after it was asked for. */
const LIFETIME_MS = 5 * 60_000;
/** Fetched anew from here on: a transaction, which cannot wait for a key, finds one that lasts as long as it does. */
const FRESH_MS = LIFETIME_MS - 60_000;
const CACHE_MAX = 20_000;
const ASKED_MAX = 500;

interface Kept {
  readonly askedAt: number;
  readonly key: DataKey | undefined;
}

/** Asks the security service. Whatever goes wrong there, keys are not to be had now: DATA_KEYS_UNAVAILABLE. */
export function askSecurity(client: Client<typeof SecurityService>, log: Logger): FetchKeys {
  return async (partyIds) => {
    try {
      const { dataKeys } = await client.getDataKeys({ partyIds });
      return dataKeys.map(({ state, keyVersion, key }) =>
        state === DataKeyState.ACTIVE ? { version: keyVersion, key: Buffer.from(key) } : undefined,
      );
    } catch (error) {
      log.warn({ err: error, parties: partyIds.length }, 'the data keys cannot be fetched');
      throw refuseCall('DATA_KEYS_UNAVAILABLE');
    }
  };
}

/**
 * The keys of parties, fetched where they are not in memory. Inside a database transaction nothing is waited for: the
 * transaction is rolled back, the key is fetched, and it runs again. What is sealed for a party who was erased is sealed
 * under a key that nobody keeps.
 */
export function fetchedKeys(fetch: FetchKeys, now = Date.now): Pick<KeyPort, 'current' | 'find'> {
  // In the order in which they were asked for, so that the oldest come first.
  const kept = new Map<string, Kept>();

  const ask = coalesce(
    async (partyIds: readonly string[]) => {
      const askedAt = now();
      const parties = [...new Set(partyIds)];
      const keys = await fetch(parties);
      if (keys.length !== parties.length) throw new Error('keys were answered for another number of parties');
      const found = new Map(parties.map((partyId, index): [string, Kept] => [partyId, { askedAt, key: keys[index] }]));
      for (const [partyId, known] of found) keep(partyId, known);
      return partyIds.map((partyId) => found.get(partyId)?.key);
    },
    { maxItems: ASKED_MAX, inFlight: 2 },
  );

  function keep(partyId: string, known: Kept): void {
    kept.delete(partyId);
    kept.set(partyId, known);
    for (const [oldest, { askedAt }] of kept) {
      if (kept.size <= CACHE_MAX && now() - askedAt < LIFETIME_MS) break;
      kept.delete(oldest);
    }
  }

  async function keyOf(partyId: string): Promise<DataKey | undefined> {
    const known = kept.get(partyId);
    const age = known ? now() - known.askedAt : LIFETIME_MS;
    if (known && age < FRESH_MS) return known.key;
    if (isInTransaction()) {
      if (known && age < LIFETIME_MS) return known.key;
      throw new Outside(() => ask(partyId));
    }
    try {
      return await ask(partyId);
    } catch (error) {
      // Security is away for the moment, and this one may still be used.
      if (known && now() - known.askedAt < LIFETIME_MS) return known.key;
      throw error;
    }
  }

  return {
    current: async (partyId) => (await keyOf(partyId)) ?? { version: 1, key: randomBytes(32) },
    async find(partyId, version) {
      const key = await keyOf(partyId);
      return key?.version === version ? key : undefined;
    },
  };
}

/** The keys of a process: those of parties as they are fetched, the bank's own secrets from the local keyring. */
export async function keysFetchedBy(fetch: FetchKeys, { DATA_DIR }: Pick<Config, 'DATA_DIR'>): Promise<KeyPort> {
  return { ...(await localKeyring(path.join(DATA_DIR, 'keyring'))), ...fetchedKeys(fetch) };
}
