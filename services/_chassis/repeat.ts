// Work that is done again and again while a service runs.
import type { Logger } from './log.ts';

/** Does `work` every so often, one at a time, and logs what fails; the next time tells. Answers how to stop it. */
export function repeat(everyMs: number, work: () => Promise<void>, log: Logger, failed: string): () => Promise<void> {
  let working: Promise<void> | undefined;
  const timer = setInterval(() => {
    working ??= work()
      .catch((error: unknown) => log.warn({ err: error }, failed))
      .finally(() => {
        working = undefined;
      });
  }, everyMs);
  return async () => {
    clearInterval(timer);
    await working;
  };
}
