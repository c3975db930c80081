// Natural batching: while one transaction is in flight, work gathers; the next transaction takes it all. No timers.
import { isCollision, isPassing } from './database.ts';
import { Refusal, refuseCall } from './errors.ts';

/** A piece of work that waits for a batch. */
export interface Work {
  /** When its caller stops waiting: milliseconds since the epoch. */
  readonly deadline: number;
}

/** What a batch is told about its callers. */
export interface BatchState {
  /** True when no caller waits any more: a batch that has not committed yet should roll back. */
  everyoneIsLate(): boolean;
}

/** What became of one piece of work: a value, or an error of its own. */
export type Settled<Outcome> = { readonly value: Outcome } | { readonly error: unknown };

interface Waiting<Item, Outcome> {
  readonly item: Item;
  readonly resolve: (outcome: Outcome) => void;
  readonly reject: (error: unknown) => void;
}

/** Runs work in batches, one at a time. */
export interface Batcher<Item, Outcome> {
  /** Waits for a batch and answers with its own outcome. */
  submit(item: Item): Promise<Outcome>;
  /** Refuses new work and waits for what is at work. */
  drain(): Promise<void>;
}

const PAUSE_MIN_MS = 5;
const PAUSE_MAX_MS = 200;

/** How often a batch looks again when another process was faster with a key. */
const COLLISIONS_MAX = 3;

/**
 * Makes a batcher. `run` does a batch in one transaction and answers one outcome per item, in order; it must be
 * repeatable: it is run again after serialization failures, broken connections, lost COMMIT replies and collisions with
 * another process, and finds what was done before by its keys. When it throws anything else, the batch is halved until the culprit stands alone, and only
 * that one fails.
 */
export function batcher<Item extends Work, Outcome>(options: {
  maxItems: number;
  run: (items: readonly Item[], state: BatchState) => Promise<readonly Settled<Outcome>[]>;
  /** Told how much was done at once, and how long that took. */
  measured?: (size: number, milliseconds: number) => void;
}): Batcher<Item, Outcome> {
  let waiting: Waiting<Item, Outcome>[] = [];
  let usualMs = 0;
  let draining = false;
  let working: Promise<void> | undefined;

  async function work(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting.slice(0, options.maxItems);
      waiting = waiting.slice(options.maxItems);
      const started = performance.now();
      await settle(inTime(batch, 'DEADLINE_PASSED'));
      const took = performance.now() - started;
      options.measured?.(batch.length, took);
      usualMs = 0.8 * usualMs + 0.2 * took;
    }
    working = undefined;
  }

  /** Those that would be late anyway are turned away before anything is written. */
  function inTime(
    batch: readonly Waiting<Item, Outcome>[],
    reason: 'DEADLINE_PASSED' | 'OUTCOME_PENDING',
  ): readonly Waiting<Item, Outcome>[] {
    const now = Date.now();
    return batch.filter(({ item, reject }) => {
      const enough = item.deadline - now > usualMs && item.deadline > now;
      if (!enough) reject(refuseCall(reason));
      return enough;
    });
  }

  async function settle(items: readonly Waiting<Item, Outcome>[]): Promise<void> {
    let batch = items;
    const everyoneIsLate = () => batch.every(({ item }) => item.deadline <= Date.now());
    let collisions = 0;
    for (let pause = PAUSE_MIN_MS; batch.length > 0; pause = Math.min(2 * pause, PAUSE_MAX_MS)) {
      try {
        const outcomes = await options.run(
          batch.map(({ item }) => item),
          { everyoneIsLate },
        );
        answer(batch, outcomes);
        return;
      } catch (error) {
        if (error instanceof Refusal) return refuseAll(batch, error);
        if (isCollision(error)) collisions += 1;
        const again = isPassing(error) || (isCollision(error) && collisions <= COLLISIONS_MAX);
        if (!again) return halve(batch, error);
        // The outcome may be unknown: nobody is told anything but "ask again" until it is.
        if (everyoneIsLate()) return refuseAll(batch, refuseCall('OUTCOME_PENDING'));
        await new Promise((resolve) => setTimeout(resolve, pause * (0.5 + Math.random())));
        batch = inTime(batch, 'OUTCOME_PENDING');
      }
    }
  }

  async function halve(batch: readonly Waiting<Item, Outcome>[], error: unknown): Promise<void> {
    if (batch.length === 1) return batch[0]?.reject(error);
    const middle = Math.ceil(batch.length / 2);
    await settle(batch.slice(0, middle));
    await settle(batch.slice(middle));
  }

  return {
    submit: (item) =>
      new Promise((resolve, reject) => {
        if (draining) return reject(refuseCall('DRAINING'));
        waiting.push({ item, resolve, reject });
        // Started in the next turn of the event loop, so that those who arrive together travel together.
        working ??= new Promise((start) => setImmediate(start)).then(work);
      }),
    async drain() {
      draining = true;
      await working;
    },
  };
}

function refuseAll(batch: readonly { reject: (error: unknown) => void }[], refusal: Refusal): void {
  for (const { reject } of batch) reject(refusal);
}

function answer<Item, Outcome>(batch: readonly Waiting<Item, Outcome>[], outcomes: readonly Settled<Outcome>[]): void {
  batch.forEach(({ resolve, reject }, index) => {
    const outcome = outcomes[index];
    if (!outcome) reject(new Error('a batch was answered with too few outcomes'));
    else if ('error' in outcome) reject(outcome.error);
    else resolve(outcome.value);
  });
}
