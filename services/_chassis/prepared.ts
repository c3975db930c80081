// Bulk statements as named prepared statements: their text is the same for one row and for thousands, so each is parsed once
// on a connection, and planned once where PostgreSQL finds that one plan does for all.
import type { ClientBase, QueryResult } from 'pg';
import { sha256Hex } from './digest.ts';

/** What takes its rows or keys as arrays. */
const BULK = /\bunnest\(|= any\(/;
/** As many have names. There are some dozens; texts that are built anew each time would fill the server's memory. */
const STATEMENTS_MAX = 500;
/** The statement is gone (somebody has deallocated it), or its tables are no more as they were when it was prepared. */
const STALE = new Set<unknown>(['26000', '0A000']);

const names = new Map<string, string>();

/** Makes a new connection prepare the bulk statements that it runs: each under its name when it first comes. */
export function prepareBulk(client: ClientBase): void {
  const run = client.query.bind(client) as (...query: unknown[]) => Promise<QueryResult>;
  let generation = 0;
  const query = (...asked: unknown[]): Promise<QueryResult> => {
    const [text, values] = asked;
    const name = typeof text === 'string' && Array.isArray(values) ? nameOf(text) : undefined;
    if (name === undefined) return run(...asked);
    return run({ name: `${name}_${generation}`, text, values }).catch((error: { code?: unknown }) => {
      // The transaction is lost, and may be run again: then they are prepared anew, under other names.
      if (STALE.has(error.code)) generation += 1;
      throw error;
    });
  };
  client.query = query as typeof client.query;
}

function nameOf(text: string): string | undefined {
  const known = names.get(text);
  if (known !== undefined || !BULK.test(text) || names.size >= STATEMENTS_MAX) return known;
  const name = sha256Hex(text).slice(0, 32);
  names.set(text, name);
  return name;
}
