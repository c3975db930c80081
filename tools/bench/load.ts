// Two ways of loading a target. In the closed loop so many calls are in flight, and a call begins when one ends: it finds
// the maximum. In the open loop calls begin when a schedule says so, whatever became of those before: it finds how long a
// caller waits.
import { setTimeout as sleep } from 'node:timers/promises';

/** Makes one call. Answers the ids of what the bank says that it did. */
export type Work = () => Promise<readonly string[]>;

/** How a target is loaded: so many calls in flight, or so many begun in a second. */
export type Load = { readonly inFlight: number } | { readonly perSecond: number };

/** What a load came to. */
export interface Loaded {
  /** Calls that were answered within the time measured, or were to begin within it. */
  readonly calls: number;
  /** Milliseconds that each of them took, shortest first. */
  readonly latencies: Float64Array;
  /** What all calls answered, those of the warm-up too. */
  readonly answered: readonly string[];
  /** Calls that were refused or broke, by what was said. */
  readonly failures: Readonly<Record<string, number>>;
}

/** When a load begins to count, and how long it does: the warm-up before it is a fifth of it. */
export interface Window {
  readonly seconds: number;
  /** Called when the counting begins and when it ends. */
  readonly onEdge: () => void;
}

/** No more calls wait at once: a target that far behind does not keep up with the schedule at all. */
const WAITING_MAX = 20_000;
const TICK_MS = 1;

/** Loads a target, and waits for every call to end. */
export async function load(work: Work, how: Load, { seconds, onEdge }: Window): Promise<Loaded> {
  const from = performance.now() + seconds * 200;
  const until = from + seconds * 1_000;
  const tally = tallyOf(work, from, until);
  const edges = [from, until].map((at) => sleep(at - performance.now()).then(onEdge));
  await ('inFlight' in how ? closedLoop(tally.closed, how.inFlight, until) : openLoop(tally, how.perSecond, until));
  await Promise.all(edges);
  return tally.result();
}

interface Tally {
  /** Makes a call that counts when it ends within the window, from when it began. */
  closed(): Promise<void>;
  /** Makes a call that counts when it was to begin within the window, from then on. */
  scheduled(due: number): Promise<void>;
  result(): Loaded;
}

function tallyOf(work: Work, from: number, until: number): Tally {
  const latencies: number[] = [];
  const answered: string[] = [];
  const failures: Record<string, number> = {};
  async function call(since: number, countsAt: (ended: number) => number): Promise<void> {
    try {
      answered.push(...(await work()));
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      failures[text] = (failures[text] ?? 0) + 1;
      return;
    }
    const ended = performance.now();
    const at = countsAt(ended);
    if (at >= from && at < until) latencies.push(ended - since);
  }
  return {
    closed: () => call(performance.now(), (ended) => ended),
    scheduled: (due) => call(due, () => due),
    result: () => ({ calls: latencies.length, latencies: Float64Array.from(latencies).sort(), answered, failures }),
  };
}

async function closedLoop(call: () => Promise<void>, inFlight: number, until: number): Promise<void> {
  const caller = async (): Promise<void> => {
    while (performance.now() < until) await call();
  };
  await Promise.all(Array.from({ length: inFlight }, caller));
}

/**
 * Calls come as those of many strangers do: the gaps between them are exponential (a Poisson process). A call's time runs
 * from when it was to begin, so that a stall counts for all who came while it lasted, and not for one (no coordinated
 * omission); that the generator itself was late counts too.
 */
async function openLoop({ scheduled }: Tally, perSecond: number, until: number): Promise<void> {
  const waiting = new Set<Promise<void>>();
  const gap = (): number => (-Math.log(1 - Math.random()) * 1_000) / perSecond;
  let due = performance.now() + gap();
  while (due < until) {
    while (due <= performance.now() && due < until) {
      if (waiting.size >= WAITING_MAX) throw new Error(`${perSecond} calls a second are more than the target answers`);
      const call = scheduled(due);
      waiting.add(call);
      void call.then(() => waiting.delete(call));
      due += gap();
    }
    await sleep(TICK_MS);
  }
  await Promise.all(waiting);
}

/** The latency that a share of calls kept within. */
export function percentile(sorted: Float64Array, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}
