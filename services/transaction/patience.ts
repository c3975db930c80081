// Orders that come after another on the same thing wait for it, within the time of whoever asks.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Call } from '#chassis/call-context.ts';
import { Refusal } from '#chassis/errors.ts';

const PAUSE_MS = 25;

/** Asks again while it is refused for a reason that passes, within the caller's time and at most so long. */
export async function patiently<T>(
  call: Call,
  reason: string,
  work: () => Promise<T>,
  maximumMs = Number.POSITIVE_INFINITY,
): Promise<T> {
  const end = Math.min(call.deadline, Date.now() + maximumMs);
  for (;;) {
    try {
      return await work();
    } catch (error) {
      const passes = error instanceof Refusal && error.reason === reason;
      if (!passes || Date.now() + 2 * PAUSE_MS > end) throw error;
      await sleep(PAUSE_MS);
    }
  }
}
