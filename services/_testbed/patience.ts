// What tests wait for, until it is so.
import { setTimeout as sleep } from 'node:timers/promises';
import { isPassingRefusal, Refusal } from '#chassis/errors.ts';

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

/** Asks the same again as long as nothing is decided: whoever was asked has died, or waits for somebody who has. */
export async function untilDecided<T>(ask: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof Refusal) || !isPassingRefusal(error)) throw error;
      await sleep(50);
    }
  }
}

const PATIENCE_MS = 120_000;

/** Asks until there is an answer, and that is it: undefined and false are none. */
export async function until<T>(what: string, ask: () => Promise<T | undefined | false>): Promise<T> {
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end; await sleep(100)) {
    const found = await ask();
    if (found) return found;
  }
  throw new Error(`${what} did not come about`);
}
