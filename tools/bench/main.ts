// `make bench`: measures the bank beside what it stands on, in one run on one machine. Only the ratios mean anything.
// docs/bench.md says what is measured, and how.
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { checkoutRoot } from '../platform/paths.ts';
import { ensureDatabase } from '../platform/postgres-database.ts';
import { makeScratch, removeScratch } from '../platform/scratch.ts';
import { checkBooks } from './books.ts';
import { MEASUREMENTS } from './measurements/all.ts';
import { prepareTpcb, type Tpcb } from './measurements/tpcb.ts';
import { reportOf } from './report.ts';
import { measureAll, type Rounds, type Samples } from './rounds.ts';
import { readSettings } from './settings.ts';
import { type Subject, startSubject } from './subject.ts';
import { peakMemoryMib } from './usage.ts';

const ACCOUNTS = 10_000;
const MILLION = 1_000_000;

const began = performance.now();
const say = (text: string): void =>
  console.log(`${Math.round((performance.now() - began) / 1_000)} s`.padStart(6), text);

const scratch = await makeScratch();
try {
  await bench();
} finally {
  await removeScratch(scratch);
}

async function bench(): Promise<void> {
  const { BENCH_RUNS: runs, BENCH_SECONDS: seconds, FULL } = readSettings(process.env);
  const subjects: Subject[] = [];
  try {
    say(`opening a bank with ${ACCOUNTS} accounts`);
    const subject = await startSubject(path.join(scratch, 'bank'), ACCOUNTS);
    subjects.push(subject);
    if (FULL) say(`opening a bank with ${MILLION} accounts`);
    const million = FULL ? await startSubject(path.join(scratch, 'million'), MILLION) : undefined;
    if (million) subjects.push(million);
    const tpcb = await tpcbOf(subject);
    if (!tpcb) say('pgbench is not installed (postgresql-contrib has it): there is no ratio to TPC-B');

    const rounds = await measureAll({ subject, million, tpcb, runs, seconds, say });
    const memory = peakMemoryMib(subject.bank.pids);
    say('checking the books');
    const failed = failuresOf(rounds);
    for (const [what, count] of Object.entries(failed)) say(`${count} calls were not answered: ${what}`);
    const unanswered = Object.values(failed).reduce((sum, count) => sum + count, 0) * MEASUREMENTS.bulk.size;
    let checked = 0;
    for (const { bank, answeredFile } of subjects) checked += await checkBooks(bank, answeredFile, unanswered);
    say(`all of ${checked} answered transfers are in the books, once, and the laws of the ledger hold`);
    await write(reportOf(rounds, { runs, seconds, accounts: ACCOUNTS, memory, checked }));
  } finally {
    for (const subject of subjects.toReversed()) await subject.stop();
  }
}

async function tpcbOf({ bank }: Subject): Promise<Tpcb | undefined> {
  const { ownerUrl } = await ensureDatabase('tpcb', bank.postgres, {});
  return prepareTpcb(ownerUrl);
}

/** Calls that broke or were refused, in all rounds, by what was said. */
function failuresOf({ even, hot, million, half }: Rounds): Record<string, number> {
  const failures: Record<string, number> = {};
  const all: Samples[] = [even, hot[1], hot[100], million, half];
  for (const one of all.flatMap((samples) => Object.values(samples).flat())) {
    for (const [what, count] of Object.entries(one.failures)) failures[what] = (failures[what] ?? 0) + count;
  }
  return failures;
}

async function write(report: object): Promise<void> {
  const text = JSON.stringify(report, null, 2);
  await mkdir(path.join(checkoutRoot(), 'bench'), { recursive: true });
  await writeFile(path.join(checkoutRoot(), 'bench', 'latest.json'), `${text}\n`);
  console.log(text);
}
