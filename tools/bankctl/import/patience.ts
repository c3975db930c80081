// An import takes minutes, and every call of it may be repeated: it outlives a bank that is away for a moment.
import { setTimeout as sleep } from 'node:timers/promises';
import { Code, ConnectError } from '@connectrpc/connect';
import { Exit, ownFailure } from '../failure.ts';
import { detailOf } from '../refusals.ts';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2_000;
const PATIENCE_MS = 20_000;

/** Codes after which the same call may do better. */
const PASSING: readonly number[] = [Code.Unavailable, Code.DeadlineExceeded, Code.ResourceExhausted];

/** Does some work, again and again while it fails in passing; in the end it throws the last failure. */
export async function patiently<T>(work: () => Promise<T>): Promise<T> {
  const end = Date.now() + PATIENCE_MS;
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    try {
      return await work();
    } catch (error) {
      if (!isPassing(error) || Date.now() + pause > end) throw error;
      await sleep(pause);
    }
  }
}

/** Whether a code of gRPC says "not now" rather than "no": of a call, or of one item of a batch. */
export function isPassingCode(code: number): boolean {
  return PASSING.includes(code) || code === Code.Aborted || code === Code.Internal;
}

function isPassing(error: unknown): boolean {
  const own = ownFailure(error);
  if (own) return own.exit === Exit.UNREACHABLE;
  if (!(error instanceof ConnectError)) return false;
  if (PASSING.includes(error.code)) return true;
  // Without the bank's own words the connection broke, as when the bank is killed.
  const reason = detailOf(error)?.reason;
  return reason === undefined
    ? error.code !== Code.Unauthenticated && error.code !== Code.NotFound
    : reason === 'IN_PROGRESS' || reason === 'INTERNAL';
}
