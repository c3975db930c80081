import { flushCompileCache } from 'node:module';

/**
 * A rejected promise that nobody awaits is a bug that a test would otherwise pass over in silence. Throwing makes it an
 * uncaught exception, which mocha counts as a failure; one after the last test ends the process with an error.
 */
process.on('unhandledRejection', (reason) => {
  throw reason instanceof Error ? reason : new Error(`Unhandled rejection: ${String(reason)}`);
});

/** Processes that the tests start find what was compiled for them; by itself it would be written when this one ends. */
export const mochaHooks = { beforeAll: () => flushCompileCache() };
