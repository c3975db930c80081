// What is only rehearsed (validate_only) leaves nothing behind, not even a key of a party who never comes to be: it seals
// under keys that are thrown away with it.
import { AsyncLocalStorage } from 'node:async_hooks';
import { randomBytes } from 'node:crypto';

type ThrownAway = Map<string, Buffer>;

const rehearsals = new AsyncLocalStorage<ThrownAway | undefined>();

/** What is sealed under a key that is thrown away says so: all others are numbered from 1. */
export const THROWN_AWAY = 0;

/** Does what is only rehearsed: nothing that it seals can be opened afterwards. */
export function rehearsed<T>(work: () => Promise<T>): Promise<T> {
  return rehearsals.run(rehearsals.getStore() ?? new Map(), work);
}

/** Does in earnest what is kept although only a rehearsal led to it. */
export function inEarnest<T>(work: () => Promise<T>): Promise<T> {
  return rehearsals.run(undefined, work);
}

/** The keys of the rehearsal that is under way, by party; undefined outside of any. */
export function thrownAwayKeys(): ReadonlyMap<string, Buffer> | undefined {
  return rehearsals.getStore();
}

/** The key to seal with in the rehearsal that is under way; undefined outside of any. */
export function thrownAwayKey(partyId: string): Buffer | undefined {
  const keys = rehearsals.getStore();
  if (!keys) return undefined;
  const key = keys.get(partyId) ?? randomBytes(32);
  keys.set(partyId, key);
  return key;
}
