// Where bankctl runs: in the process of a user, or, for tests, many times and side by side in one of theirs.
import { AsyncLocalStorage } from 'node:async_hooks';

/** The variables that a run sees, and the streams that it writes to. */
export interface Surroundings {
  readonly env: NodeJS.ProcessEnv;
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean };
}

const within = new AsyncLocalStorage<Surroundings>();

/** Whose run this is: what is written and read goes there. The process itself, unless `runWithin` said otherwise. */
export function surroundings(): Surroundings {
  return within.getStore() ?? process;
}

/** Runs something in other surroundings than the process. */
export function runWithin<T>(others: Surroundings, run: () => T): T {
  return within.run(others, run);
}
