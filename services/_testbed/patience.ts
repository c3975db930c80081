// What tests wait for, until it is so.
import { setTimeout as sleep } from 'node:timers/promises';
import { Refusal } from '#chassis/errors.ts';

/** Asks again as long as that is what it is refused for: until what has been done elsewhere has come round. */
export async function whileRefused<T>(reason: string, ask: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof Refusal) || error.reason !== reason) throw error;
      await sleep(50);
    }
  }
}

/** Waits until something is so; the time limit of the test ends it. */
export async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await sleep(50);
}
