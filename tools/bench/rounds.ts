// The order in which everything is measured: in rounds, so that what the machine does meanwhile falls on all alike.
import { setTimeout as sleep } from 'node:timers/promises';
import { type DiskUse, diskUse } from './disk.ts';
import type { Job, Measured } from './generator.ts';
import { MEASUREMENTS, type MeasurementName } from './measurements/all.ts';
import type { Tpcb } from './measurements/tpcb.ts';
import type { Subject } from './subject.ts';
import { processorSeconds } from './usage.ts';

/** What was measured in each round. */
export interface Rounds {
  /** Before any round: nothing of it is in a figure. */
  readonly warmUp: Samples;
  readonly even: Samples;
  /** With one account, and with 100, taking four fifths of the legs. */
  readonly hot: Readonly<Record<HotAccounts, Samples>>;
  readonly million: Samples;
  readonly tpcb: readonly number[];
  /** At half of the median of the even rounds. */
  readonly half: Samples;
  readonly disk: Readonly<Record<string, readonly DiskUse[]>>;
}

export type HotAccounts = 1 | 100;
export type Samples = Readonly<Partial<Record<MeasurementName, readonly Measured[]>>>;

/** How everything is measured. */
export interface RoundsOptions {
  readonly subject: Subject;
  readonly million: Subject | undefined;
  readonly tpcb: Tpcb | undefined;
  readonly runs: number;
  readonly seconds: number;
  readonly say: (text: string) => void;
}

const TPCB_SECONDS_IN_ALL = 30;
/** A bank is quiet when it takes less than a tenth of a processor; in a minute it is taken as it is. */
const QUIET_SHARE = 0.1;
const QUIET_MS = 500;
const QUIET_LOOKS = 120;
/** How often everything is called for as long as it is measured, before anything is. */
const WARM_UPS = 2;
const HOT: readonly HotAccounts[] = [1, 100];
/** Where accounts matter: what a hot account or a million of them may slow down. */
const WITH_HOT: readonly MeasurementName[] = ['bulk', 'edge_transfer', 'ledger_rpc'];
const WITH_MILLION: readonly MeasurementName[] = [
  'bulk',
  'edge_transfer',
  'edge_transfer_connect',
  'ledger_rpc',
  'balance_read',
];
/** What is compared stands side by side. */
const ORDER: readonly MeasurementName[] = [
  'bulk',
  'edge_transfer',
  'edge_transfer_connect',
  'ledger_rpc',
  'grpc_echo',
  'balance_read',
  'sql_per_transfer',
];
const WITH_HALF: readonly MeasurementName[] = ORDER.filter((name) => name !== 'sql_per_transfer');

/** Measures everything, `runs` times over. */
export async function measureAll(options: RoundsOptions): Promise<Rounds> {
  const { subject, million, tpcb, runs, seconds, say } = options;
  const warmUp = new Collected();
  const even = new Collected();
  const hot = { 1: new Collected(), 100: new Collected() };
  const millions = new Collected();
  const rates: number[] = [];
  const disk: Record<string, DiskUse[]> = {};
  const run = async (where: Subject, measurement: MeasurementName, more: Partial<Job> = {}) => {
    await untilQuiet(where.bank.pids);
    const { inFlight } = MEASUREMENTS[measurement];
    return where.generator.run({ measurement, load: { inFlight }, seconds, hot: 0, ...more });
  };
  // A bank runs for days, and this one has just been started: what nobody has called yet is not compiled, and whoever were measured first would
  // pay for it. What is answered here is checked with all the rest.
  for (const where of million ? [subject, million] : [subject]) {
    for (let time = 0; time < WARM_UPS; time += 1) {
      for (const name of ORDER) warmUp.add(name, await run(where, name));
    }
  }
  say('every process has been called for a while');
  for (let round = 1; round <= runs; round += 1) {
    for (const name of ORDER) {
      const before = await diskUse(subject.bank);
      const measured = await run(subject, name);
      even.add(name, measured);
      if (measured.answered > 0) {
        disk[name] = [...(disk[name] ?? []), perAnswer(before, await diskUse(subject.bank), measured)];
      }
      if (million && WITH_MILLION.includes(name)) millions.add(name, await run(million, name));
      for (const count of WITH_HOT.includes(name) ? HOT : []) {
        hot[count].add(name, await run(subject, name, { hot: count }));
      }
      if (name !== 'bulk' || !tpcb) continue;
      await untilQuiet(subject.bank.pids);
      rates.push(await tpcb(Math.max(seconds, TPCB_SECONDS_IN_ALL / runs)));
    }
    say(`round ${round} of ${runs}: ${even.told(round - 1)}`);
  }
  const half = new Collected();
  for (let round = 1; round <= runs; round += 1) {
    for (const name of WITH_HALF) {
      const perSecond = even.median(name) / MEASUREMENTS[name].size / 2;
      half.add(name, await run(subject, name, { load: { perSecond } }));
    }
    say(`latencies at half load, ${round} of ${runs}`);
  }
  return {
    warmUp: warmUp.samples,
    even: even.samples,
    hot: { 1: hot[1].samples, 100: hot[100].samples },
    million: millions.samples,
    tpcb: rates,
    half: half.samples,
    disk,
  };
}

/** What a measurement leaves to be done, as rows to be vacuumed, is not done in the next one's time. */
async function untilQuiet(pids: Readonly<Record<string, number>>): Promise<void> {
  const used = (): number => Object.values(processorSeconds(pids)).reduce((sum, seconds) => sum + seconds, 0);
  for (let look = 0; look < QUIET_LOOKS; look += 1) {
    const before = used();
    await sleep(QUIET_MS);
    if (used() - before <= (QUIET_MS / 1_000) * QUIET_SHARE) return;
  }
}

/** Answers the number in the middle; of an even count, the upper one of the two. Of none it is 0. */
export function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
}

class Collected {
  readonly samples: Partial<Record<MeasurementName, Measured[]>> = {};

  add(name: MeasurementName, measured: Measured): void {
    this.samples[name] = [...(this.samples[name] ?? []), measured];
  }

  median(name: MeasurementName): number {
    return median((this.samples[name] ?? []).map(({ perSecond }) => perSecond));
  }

  told(round: number): string {
    return ORDER.map((name) => `${name} ${Math.round(this.samples[name]?.[round]?.perSecond ?? 0)}`).join(', ');
  }
}

function perAnswer(before: DiskUse, after: DiskUse, { answered }: Measured): DiskUse {
  return {
    databases: (after.databases - before.databases) / answered,
    log: (after.log - before.log) / answered,
  };
}
