// Tokens of the development mode, kept between runs in a file that only its owner reads, and who the user wants to be.
import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { surroundings } from './surroundings.ts';

/** What is remembered of one edge. */
export interface Remembered {
  /** As whom commands run, e.g. `staff:teller`. Without it, as whoever may do what is asked. */
  readonly as?: string;
  /** By subject; `until` in milliseconds since the epoch. */
  readonly tokens: Readonly<Record<string, { readonly token: string; readonly until: number }>>;
}

/** Remembers, by the URL of the edge. */
export interface Memory {
  recall(edge: string): Remembered;
  keep(edge: string, remembered: Remembered): void;
}

const NOTHING: Remembered = { tokens: {} };

/** Remembers as long as the process lives. */
export function shortMemory(): Memory {
  const edges = new Map<string, Remembered>();
  return {
    recall: (edge) => edges.get(edge) ?? NOTHING,
    keep: (edge, remembered) => void edges.set(edge, remembered),
  };
}

/** The file in which tokens are kept: below XDG_CACHE_HOME, or `~/.cache`. */
export function memoryFile(environment: NodeJS.ProcessEnv = surroundings().env): string {
  const given = environment['XDG_CACHE_HOME'];
  // The specification says that a relative path is to be ignored.
  const home = given && path.isAbsolute(given) ? given : path.join(homedir(), '.cache');
  return path.join(home, 'corebank', 'tokens.json');
}

/** Remembers in a file. What cannot be kept is forgotten without a word: it is a cache. */
export function fileMemory(file: string): Memory {
  const inProcess = shortMemory();
  const read = (): Record<string, Remembered> => {
    try {
      const json: unknown = JSON.parse(readFileSync(file, 'utf8'));
      return typeof json === 'object' && json !== null ? (json as Record<string, Remembered>) : {};
    } catch {
      return {};
    }
  };
  return {
    recall(edge) {
      const found = read()[edge];
      return found && typeof found.tokens === 'object' ? found : inProcess.recall(edge);
    },
    keep(edge, remembered) {
      inProcess.keep(edge, remembered);
      const fresh = `${file}.${randomUUID()}`;
      try {
        mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
        writeFileSync(fresh, `${JSON.stringify({ ...read(), [edge]: remembered }, null, 2)}\n`, { mode: 0o600 });
        renameSync(fresh, file);
      } catch {
        // A read-only home: the next run asks for a token again.
      }
    },
  };
}
