// The load generator: a process of its own, so that what it takes of the processor is known. Forked by generators.ts; takes
// one job after the other.
import { appendFile } from 'node:fs/promises';
import { type Load, load, percentile } from './load.ts';
import { MEASUREMENTS, type MeasurementName } from './measurements/all.ts';
import { spread } from './spread.ts';
import { machineSeconds, processorSeconds } from './usage.ts';
import { type KnownWorld, readWorld } from './world.ts';

/** Something to measure. */
export interface Job {
  readonly measurement: MeasurementName;
  readonly load: Load;
  readonly seconds: number;
  /** How many accounts take four fifths of the legs; 0 for none. */
  readonly hot: number;
}

/** What was measured. */
export interface Measured {
  /** Transfers or reads. */
  readonly perSecond: number;
  readonly calls: number;
  /** Everything answered, that of the warm-up too. */
  readonly answered: number;
  /** Milliseconds within which so many of the calls were answered. */
  readonly latencyMs: { readonly p50: number; readonly p99: number; readonly p999: number };
  /** Processor seconds of the generator, of the processes of the bank, and of everything else on the machine. */
  readonly processorSeconds: Readonly<Record<string, number>>;
  readonly failures: Readonly<Record<string, number>>;
}

async function measure(world: KnownWorld, job: Job): Promise<Measured> {
  const { measurement, seconds, hot } = job;
  const { open, size } = MEASUREMENTS[measurement];
  const target = await open(world, spread(world.accountIds.length, hot));
  const readings: Record<string, number>[] = [];
  const onEdge = () => readings.push(processorReading(world));
  const { calls, latencies, answered, failures } = await load(target.work, job.load, { seconds, onEdge });
  await target.close();
  await appendFile(world.answeredFile, answered.map((id) => `${id}\n`).join(''));
  const [before = {}, after = {}] = readings;
  return {
    perSecond: (calls * size) / seconds,
    calls,
    answered: answered.length,
    latencyMs: {
      p50: percentile(latencies, 0.5),
      p99: percentile(latencies, 0.99),
      p999: percentile(latencies, 0.999),
    },
    processorSeconds: Object.fromEntries(
      Object.keys(after).map((name) => [name, (after[name] ?? 0) - (before[name] ?? 0)]),
    ),
    failures,
  };
}

function processorReading({ pids }: KnownWorld): Record<string, number> {
  const { user, system } = process.cpuUsage();
  const known: Record<string, number> = { generator: (user + system) / 1e6, ...processorSeconds(pids) };
  const machine = machineSeconds();
  const ours = Object.values(known).reduce((sum, used) => sum + used, 0);
  return machine === undefined ? known : { ...known, others: machine - ours };
}

const world = await readWorld(process.argv[2] ?? '');
process.on('message', (job: Job) => {
  measure(world, job).then(
    (measured) => process.send?.({ measured }),
    (error: unknown) => process.send?.({ error: error instanceof Error ? error.message : String(error) }),
  );
});
process.once('disconnect', () => process.exit(0));
process.send?.({ ready: true });
