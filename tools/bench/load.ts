// A closed-loop load generator: so many calls in flight, for so long.
import { performance } from 'node:perf_hooks';

/** What a load came to. */
export interface Measured {
  readonly perSecond: number;
  /** Milliseconds at the 50th, 99th and 99.9th percentile. */
  readonly latencyMs: { readonly p50: number; readonly p99: number; readonly p999: number };
}

/** Calls `work` with `inFlight` calls at a time for `seconds`, after a warm-up of a fifth of that. `size` is what one call counts. */
export async function load(
  work: () => Promise<unknown>,
  { inFlight, seconds, size = 1 }: { inFlight: number; seconds: number; size?: number },
): Promise<Measured> {
  await run(work, inFlight, seconds / 5);
  const started = performance.now();
  const latencies = await run(work, inFlight, seconds);
  const elapsed = (performance.now() - started) / 1000;
  const sorted = Float64Array.from(latencies).sort();
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  return {
    perSecond: Math.round((latencies.length * size) / elapsed),
    latencyMs: { p50: round(at(0.5)), p99: round(at(0.99)), p999: round(at(0.999)) },
  };
}

async function run(work: () => Promise<unknown>, inFlight: number, seconds: number): Promise<number[]> {
  const latencies: number[] = [];
  const end = performance.now() + seconds * 1000;
  const worker = async (): Promise<void> => {
    while (performance.now() < end) {
      const started = performance.now();
      await work();
      latencies.push(performance.now() - started);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
  return latencies;
}

function round(milliseconds: number): number {
  return Math.round(milliseconds * 100) / 100;
}
