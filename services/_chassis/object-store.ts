// The object store: what is to outlive the database is written here once, and never again. One port; here a directory.
import type { Dirent } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { removeFile, writeNewFile } from './durable-file.ts';

/** Where objects are kept. Keys are segments of letters, digits, `.`, `_` and `-`, with `/` between. */
export interface ObjectStore {
  /**
   * Keeps an object under a key that has none. Durable before it is answered; false when the key has one already, which over a network
   * may be this very one, whose first answer was lost.
   */
  putIfAbsent(key: string, bytes: Uint8Array): Promise<boolean>;
  get(key: string): Promise<Buffer | undefined>;
  /** The keys that begin with `prefix`, in their order; those that come after `after` only, and `limit` at most. */
  list(prefix: string, options: { readonly after?: string; readonly limit: number }): Promise<string[]>;
  /** Removes an object for good; what is not there is removed already. Only for what the bank no longer has to keep. */
  remove(key: string): Promise<void>;
}

const SEGMENT = /^[0-9A-Za-z_-][0-9A-Za-z._-]*$/;
/** What a write that was cut off has left. */
const DRAFT = /\.[0-9a-f]{12}$/;

/** A key as it may be. */
export function checkedKey(key: string): string {
  if (!key.split('/').every((segment) => SEGMENT.test(segment)) || DRAFT.test(key)) throw new Error(`${key} is no key`);
  return key;
}

/** An object store in a local directory. */
export function localObjectStore(directory: string): ObjectStore {
  const fileOf = (key: string): string => path.join(directory, ...checkedKey(key).split('/'));

  async function* keysIn(folder: string, prefix: string, after: string): AsyncGenerator<string> {
    for (const entry of await entriesOf(path.join(directory, folder))) {
      const key = `${folder}${entry.name}`;
      if (entry.isDirectory()) {
        const inside = `${key}/`;
        const mayHold = inside.startsWith(prefix) || prefix.startsWith(inside);
        if (mayHold && (inside > after || after.startsWith(inside))) yield* keysIn(inside, prefix, after);
      } else if (key.startsWith(prefix) && key > after && !DRAFT.test(key)) {
        yield key;
      }
    }
  }

  return {
    putIfAbsent: (key, bytes) => writeNewFile(fileOf(key), bytes),
    get: (key) => readFile(fileOf(key)).catch(absent),
    async list(prefix, { after = '', limit }) {
      const keys: string[] = [];
      if (limit === 0) return keys;
      for await (const key of keysIn('', prefix, after)) {
        keys.push(key);
        if (keys.length === limit) break;
      }
      return keys;
    },
    remove: (key) => removeFile(fileOf(key)),
  };
}

/** What is in a folder, in the order of the keys: a folder counts with the `/` that ends it. */
async function entriesOf(folder: string): Promise<Dirent[]> {
  const entries = (await readdir(folder, { withFileTypes: true }).catch(absent)) ?? [];
  const nameOf = (entry: Dirent) => (entry.isDirectory() ? `${entry.name}/` : entry.name);
  return entries.toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
