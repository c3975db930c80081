// A stream of the bank, followed to the end that the user wants.
import { setTimeout as pause } from 'node:timers/promises';
import { type CallOptions, Code, ConnectError } from '@connectrpc/connect';

const PAUSE_MS = 500;

/**
 * Takes the messages of a stream until so many seconds have passed, or the first interruption. When it ends because it has
 * lasted long enough, or the bank restarts, it is opened again: `open` goes on from where the last message has come to.
 */
export async function follow<M>(
  seconds: number | undefined,
  open: (how: CallOptions) => AsyncIterable<M>,
  take: (message: M) => Promise<void>,
): Promise<void> {
  const signal = endOf(seconds);
  let began = false;
  while (!signal.aborted) {
    try {
      for await (const message of open({ signal, timeoutMs: 0 })) {
        began = true;
        await take(message);
      }
    } catch (error) {
      if (signal.aborted) break;
      if (!began || ConnectError.from(error).code !== Code.Unavailable) throw error;
      await pause(PAUSE_MS);
    }
  }
}

/** Aborts after so many seconds, and at the first interruption. */
function endOf(seconds: number | undefined): AbortSignal {
  const end = new AbortController();
  process.once('SIGINT', () => end.abort());
  if (seconds !== undefined) setTimeout(() => end.abort(), seconds * 1_000).unref();
  return end.signal;
}
