// Commands that come after another on the same thing wait for it, within the time of whoever asks.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Call } from './call-context.ts';
import { Refusal } from './errors.ts';

const PAUSE_MIN_MS = 5;
const PAUSE_MAX_MS = 100;
/** Kept back for the last try and its answer: who has waited so long shall hear why, and not that his time is over. */
const ANSWER_MS = 150;

/** Asks again while it is refused for a reason that passes, within the caller's time and at most so long. */
export async function patiently<T>(
  { deadline }: Pick<Call, 'deadline'>,
  reason: string,
  work: () => Promise<T>,
  maximumMs = Number.POSITIVE_INFINITY,
): Promise<T> {
  const end = Math.min(deadline - ANSWER_MS, Date.now() + maximumMs);
  let passing: Refusal | undefined;
  for (let pause = PAUSE_MIN_MS; ; pause = Math.min(2 * pause, PAUSE_MAX_MS)) {
    // Those who wait for the same thing do not all come at once.
    const wait = pause * (0.5 + Math.random());
    try {
      return await work();
    } catch (error) {
      // A last try for which there was no time is still one that had to wait.
      if (isRefusedFor(error, 'DEADLINE_PASSED') && passing) throw passing;
      if (!isRefusedFor(error, reason)) throw error;
      passing = error;
      if (Date.now() + wait > end) throw error;
    }
    await sleep(wait);
  }
}

function isRefusedFor(error: unknown, reason: string): error is Refusal {
  return error instanceof Refusal && error.reason === reason;
}
