// A bell that is remembered: who waits for it after it rang does not wait. One waits for it at a time.

/** What wakes somebody who waits. */
export interface Bell {
  ring(): void;
  /** Waits until it has rung since it was waited for last, or so long, or until `signal` ends it. */
  rung(withinMs: number, signal?: AbortSignal): Promise<void>;
}

/** Makes a bell. */
export function makeBell(): Bell {
  let rang = false;
  let awake: (() => void) | undefined;
  return {
    ring() {
      rang = true;
      awake?.();
    },
    async rung(withinMs, signal) {
      if (!rang && !signal?.aborted) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(done, withinMs);
          function done(): void {
            clearTimeout(timer);
            signal?.removeEventListener('abort', done);
            awake = undefined;
            resolve();
          }
          signal?.addEventListener('abort', done);
          awake = done;
        });
      }
      rang = false;
    },
  };
}
