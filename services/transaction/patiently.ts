// Waiting, within the caller's time, for another order on the same thing to be settled.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Call } from '#chassis/call-context.ts';
import { Refusal } from '#chassis/errors.ts';

const PAUSE_MS = 20;

/** Asks again, within the caller's time, while another order on the same thing is not settled. */
export async function patiently<T>(call: Call, work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      const passes = error instanceof Refusal && error.reason === 'OUTCOME_PENDING';
      if (!passes || Date.now() + 2 * PAUSE_MS > call.deadline) throw error;
      await sleep(PAUSE_MS);
    }
  }
}
