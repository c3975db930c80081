// Waiting for the ledger to sign what was posted a moment ago.
import { Refusal } from '#chassis/errors.ts';

const PAUSE_MS = 20;

/** Asks again until what is asked for is signed. */
export async function untilSigned<T>(ask: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof Refusal) || error.reason !== 'CHECKPOINT_PENDING') throw error;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
}
