// `make bench`: measures the bank beside what it stands on, in one run on one machine. Only the ratios mean anything.
// docs/bench.md says what is measured, and how.
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { checkoutRoot } from '../platform/paths.ts';
import { ensureDatabase } from '../platform/postgres-database.ts';
import { checkBooks } from './books.ts';
import type { Measured } from './generator.ts';
import { MEASUREMENTS, type MeasurementName } from './measurements/all.ts';
import { prepareTpcb, type Tpcb } from './measurements/tpcb.ts';
import { reportOf } from './report.ts';
import { measureAll, type Rounds } from './rounds.ts';
import { readSettings } from './settings.ts';
import { type Subject, startSubject } from './subject.ts';
import { peakMemoryMib } from './usage.ts';

const ACCOUNTS = 10_000;
const MILLION = 1_000_000;
/** Whose calls move money. */
const BOOKED: readonly MeasurementName[] = ['bulk', 'ledger_rpc', 'edge_transfer', 'edge_transfer_connect'];

const began = performance.now();
const say = (text: string): void =>
  console.log(`${Math.round((performance.now() - began) / 1_000)} s`.padStart(6), text);

await bench();

async function bench(): Promise<void> {
  const { BENCH_RUNS: runs, BENCH_SECONDS: seconds, FULL } = readSettings(process.env);
  const subjects: Subject[] = [];
  try {
    say(`opening a bank with ${ACCOUNTS} accounts`);
    const subject = await startSubject(ACCOUNTS);
    subjects.push(subject);
    if (FULL) say(`opening a bank with ${MILLION} accounts`);
    const million = FULL ? await startSubject(MILLION) : undefined;
    if (million) subjects.push(million);
    const tpcb = await tpcbOf(subject);
    if (!tpcb) say('pgbench is not installed (postgresql-contrib has it): there is no ratio to TPC-B');

    const rounds = await measureAll({ subject, million, tpcb, runs, seconds, say });
    const memory = peakMemoryMib(subject.bank.pids);
    say('checking the books');
    const unanswered = unansweredOf(rounds, say);
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

/** How many transfers may be in the books without an answer: those of calls that broke or were refused, which are told. */
function unansweredOf({ warmUp, even, hot, million, half }: Rounds, say: (text: string) => void): number {
  let unanswered = 0;
  for (const samples of [warmUp, even, hot[1], hot[100], million, half]) {
    for (const [name, several] of Object.entries(samples) as [MeasurementName, readonly Measured[]][]) {
      for (const [what, count] of several.flatMap(({ failures }) => Object.entries(failures))) {
        say(`${count} calls of ${name} were not answered: ${what}`);
        unanswered += BOOKED.includes(name) ? count * MEASUREMENTS[name].size : 0;
      }
    }
  }
  return unanswered;
}

async function write(report: object): Promise<void> {
  const text = JSON.stringify(report, null, 2);
  await mkdir(path.join(checkoutRoot(), 'bench'), { recursive: true });
  await writeFile(path.join(checkoutRoot(), 'bench', 'latest.json'), `${text}\n`);
  console.log(text);
}
