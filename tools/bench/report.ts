// What bench/latest.json says.
import { cpus, totalmem } from 'node:os';
import type { Measured } from './generator.ts';
import { MEASUREMENTS, type MeasurementName } from './measurements/all.ts';
import { median, type Rounds, type Samples } from './rounds.ts';

/** What a run was like besides its rounds. */
export interface Run {
  readonly runs: number;
  readonly seconds: number;
  readonly accounts: number;
  /** Most memory of each process, in MiB. */
  readonly memory: Readonly<Record<string, number>>;
  /** How many answered transfers were found in the books. */
  readonly checked: number;
}

/** The report, as JSON is made of it. Rates are per second, and medians of the runs; ratios are of these medians. */
export function reportOf(rounds: Rounds, run: Run) {
  const { even, half } = rounds;
  const rates = ratesOf(even);
  const tpcb = rounds.tpcb.length > 0 ? Math.round(median(rounds.tpcb)) : null;
  const hot = { 1: ratesOf(rounds.hot[1]), 100: ratesOf(rounds.hot[100]) };
  const million = Object.keys(rounds.million).length > 0 ? ratesOf(rounds.million) : null;
  return {
    ...rates,
    tpcb,
    ratios: {
      bulk_to_tpcb: ratio(rates.bulk, tpcb),
      edge_to_tpcb: ratio(rates.edge_transfer, tpcb),
      edge_connect_to_tpcb: ratio(rates.edge_transfer_connect, tpcb),
      ledger_to_echo: ratio(rates.ledger_rpc, rates.grpc_echo),
      read_to_echo: ratio(rates.balance_read, rates.grpc_echo),
      million_to_ten_thousand: million && least(million, rates),
      hot_to_even: Math.min(least(hot[1], rates), least(hot[100], rates)),
    },
    latency_ms: mapped(half, latencyOf),
    hot,
    million,
    generator_cpu_share: mapped(even, (samples) => shareOf('generator', samples, run.seconds)),
    others_cpu_share: mapped(even, (samples) => shareOf('others', samples, run.seconds)),
    cpu_us: mapped(even, (samples, name) => processorMicroseconds(samples, MEASUREMENTS[name].size)),
    disk_bytes: mapped(rounds.disk, (uses) => ({
      databases: Math.round(median(uses.map(({ databases }) => databases))),
      write_ahead_log: Math.round(median(uses.map(({ log }) => log))),
    })),
    memory_mib: run.memory,
    transfers_checked: run.checked,
    run: { runs: run.runs, seconds: run.seconds, accounts: run.accounts },
    machine: {
      cores: cpus().length,
      processor: cpus()[0]?.model ?? '',
      memory_gib: Math.round(totalmem() / 2 ** 30),
      node: process.version,
    },
  };
}

export type Report = ReturnType<typeof reportOf>;

function ratesOf(samples: Samples) {
  return mapped(samples, (all) => Math.round(median(all.map(({ perSecond }) => perSecond))));
}

/** The least that a rate is of its counterpart. */
function least(some: Partial<Record<string, number>>, all: Partial<Record<string, number>>): number {
  return Math.min(...Object.entries(some).map(([name, rate]) => ratio(rate, all[name]) ?? 0));
}

/** What callers waited; `per_second` is how many calls began in a second. */
function latencyOf(samples: readonly Measured[]) {
  const of = (take: (one: Measured) => number) => rounded(median(samples.map(take)));
  return {
    p50: of(({ latencyMs }) => latencyMs.p50),
    p99: of(({ latencyMs }) => latencyMs.p99),
    p999: of(({ latencyMs }) => latencyMs.p999),
    per_second: of(({ perSecond }) => perSecond),
  };
}

/** Which share of all cores a process used. */
function shareOf(process: string, samples: readonly Measured[], seconds: number): number {
  return rounded(median(samples.map((one) => (one.processorSeconds[process] ?? 0) / seconds / cpus().length)));
}

/** Microseconds of the processor for one transfer or read, by process. This is what other work on the machine changes least. */
function processorMicroseconds(samples: readonly Measured[], size: number): Record<string, number> {
  const processes = Object.keys(samples[0]?.processorSeconds ?? {}).filter((process) => process !== 'others');
  const used = (process: string) =>
    median(samples.map((one) => ((one.processorSeconds[process] ?? 0) * 1e6) / (one.calls * size)));
  return Object.fromEntries(
    processes.map((process) => [process, Math.round(used(process))] as const).filter(([, used]) => used > 0),
  );
}

function ratio(a: number | undefined, b: number | null | undefined): number | null {
  return a && b ? rounded(a / b) : null;
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}

function mapped<Value, Result>(
  values: Readonly<Partial<Record<string, Value>>>,
  of: (value: Value, name: MeasurementName) => Result,
): Partial<Record<MeasurementName, Result>> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, of(value, name as MeasurementName)]],
    ),
  );
}
