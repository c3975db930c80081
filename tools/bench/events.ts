// `npm run bench:events`: how long events take to an inbox, how fast a consumer that is far behind catches up, and what it takes from
// commands meanwhile. Of one bank whose services, edge, database, bus and load share one machine. docs/bench.md says how.
import { mkdir, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { checkoutRoot } from '../platform/paths.ts';
import { progressOf, writeBacklog } from './backlog.ts';
import type { BenchBank } from './bank.ts';
import type { Measured } from './generator.ts';
import { inboxTimes } from './inbox-times.ts';
import type { Load } from './load.ts';
import { median } from './rounds.ts';
import { readEventSettings } from './settings.ts';
import { type Subject, startSubject } from './subject.ts';
import { processorSeconds } from './usage.ts';

const ACCOUNTS = 1_000;
const CONSUMER = 'notification';
const POLL_MS = 100;

const began = performance.now();
const say = (text: string): void =>
  console.log(`${Math.round((performance.now() - began) / 1_000)} s`.padStart(6), text);

await bench();

async function bench(): Promise<void> {
  const settings = readEventSettings(process.env);
  say(`opening a bank with ${ACCOUNTS} accounts, whose events are heard`);
  const subject = await startSubject(ACCOUNTS, { events: true });
  try {
    await run(subject, { inFlight: 128 }, settings.EVENTS_SECONDS);
    const most = await run(subject, { inFlight: 128 }, settings.EVENTS_SECONDS);
    say(`at most ${Math.round(most.perSecond)} transfers a second, with all that hears of them`);
    const inbox = await measureInbox(subject, settings);
    const catchUp = await measureCatchUp(subject, settings);
    await write({
      edge_transfer_max: Math.round(most.perSecond),
      inbox,
      catch_up: catchUp,
      machine: { cores: cpus().length },
    });
  } finally {
    await subject.stop();
  }
}

function run({ generator }: Subject, load: Load, seconds: number) {
  return generator.run({ measurement: 'edge_transfer_connect', load, seconds, hot: 0 });
}

type Settings = ReturnType<typeof readEventSettings>;

/** From the commit that books a transfer to the commits of the notices that tell it. */
async function measureInbox(subject: Subject, { EVENTS_SECONDS, EVENTS_PER_SECOND }: Settings) {
  await untilHeard(subject);
  const from = new Date();
  const before = processorSeconds(subject.bank.pids);
  const { perSecond, answered } = await run(subject, { perSecond: EVENTS_PER_SECOND }, EVENTS_SECONDS);
  await untilHeard(subject);
  const measured = {
    transfers_per_second: Math.round(perSecond),
    ...(await inboxTimes(subject.bank, from)),
    cpu_us: usedSince(subject.bank, before, answered),
  };
  say(`commit to inbox: ${JSON.stringify(measured)}`);
  return measured;
}

/** Commands at half of what they come to alone, by turns with and without a consumer that is far behind. */
async function measureCatchUp(subject: Subject, { EVENTS_BACKLOG, EVENTS_SECONDS, EVENTS_ROUNDS }: Settings) {
  const { bank } = subject;
  await untilHeard(subject);
  // Only one of those who hear is behind: the other would have to catch up first.
  for (const name of [CONSUMER, 'audit']) await bank.end(name);
  const alone = await run(subject, { inFlight: 128 }, EVENTS_SECONDS);
  const half = { perSecond: alone.perSecond / 2 };
  const events = await writeBacklog(bank, subject.accountIds, Math.ceil(EVENTS_BACKLOG / 2));
  say(`${events} events wait; commands come to ${Math.round(alone.perSecond)} a second without their hearer`);
  const rounds: Round[] = [];
  for (let round = 1; round <= EVENTS_ROUNDS; round += 1) {
    const without = await run(subject, half, EVENTS_SECONDS);
    const begun = await progressOf(bank, CONSUMER);
    await bank.begin(CONSUMER);
    while ((await progressOf(bank, CONSUMER)).heard === begun.heard) await sleep(POLL_MS);
    const [before, since] = [await progressOf(bank, CONSUMER), performance.now()];
    const used = processorSeconds(bank.pids);
    const beside = await run(subject, half, EVENTS_SECONDS);
    const [after, seconds] = [await progressOf(bank, CONSUMER), (performance.now() - since) / 1_000];
    if (after.told - after.heard < 1_000)
      throw new Error('the consumer was done too early: EVENTS_BACKLOG is too small');
    await bank.end(CONSUMER);
    const heard = after.heard - before.heard;
    rounds.push({ without, beside, events: heard / seconds, used: usedSince(bank, used, heard) });
    say(`round ${round} of ${EVENTS_ROUNDS}: ${JSON.stringify(told(rounds.slice(-1)))}`);
  }
  await bank.begin(CONSUMER);
  const by_itself = await theRest(subject);
  say(`the rest, by itself: ${JSON.stringify(by_itself)}`);
  return { backlog: events, by_itself, ...told(rounds) };
}

/** How fast the consumer hears the rest while nothing else is done, and what an event costs the processor: which others change least. */
async function theRest(subject: Subject) {
  const { bank } = subject;
  const begun = await progressOf(bank, CONSUMER);
  while ((await progressOf(bank, CONSUMER)).heard === begun.heard) await sleep(POLL_MS);
  const [rest, since, before] = [await progressOf(bank, CONSUMER), performance.now(), processorSeconds(bank.pids)];
  await untilHeard(subject);
  const count = rest.told - rest.heard;
  return {
    events: Math.round(count),
    per_second: Math.round((count * 1_000) / (performance.now() - since)),
    cpu_us: usedSince(bank, before, count),
  };
}

/** Microseconds of the processor for each of `count`, by process. */
function usedSince(bank: BenchBank, before: Readonly<Record<string, number>>, count: number): Record<string, number> {
  const used = Object.entries(processorSeconds(bank.pids)).map(
    ([name, seconds]) => [name, Math.round(((seconds - (before[name] ?? 0)) * 1e6) / count)] as const,
  );
  return Object.fromEntries(used.filter(([, microseconds]) => microseconds > 0));
}

interface Round {
  readonly without: Measured;
  readonly beside: Measured;
  /** Heard in a second, and what the whole bank used of the processor for each, commands included. */
  readonly events: number;
  readonly used: Readonly<Record<string, number>>;
}

/** Medians of the rounds; of ratios, of those within a round. */
function told(rounds: readonly Round[]) {
  const of = (take: (round: Round) => number) => Math.round(median(rounds.map(take)) * 100) / 100;
  return {
    commands_per_second: {
      alone: of(({ without }) => without.perSecond),
      beside: of(({ beside }) => beside.perSecond),
    },
    p50_ms: { alone: of(({ without }) => without.latencyMs.p50), beside: of(({ beside }) => beside.latencyMs.p50) },
    p99_ms: { alone: of(({ without }) => without.latencyMs.p99), beside: of(({ beside }) => beside.latencyMs.p99) },
    events_per_second: Math.round(of(({ events }) => events)),
    commands_kept: of(({ without, beside }) => beside.perSecond / without.perSecond),
    cpu_us_an_event: rounds.at(-1)?.used ?? {},
  };
}

/** Waits until the consumer has heard all. */
async function untilHeard({ bank }: Subject): Promise<void> {
  for (;;) {
    const { heard, told: all } = await progressOf(bank, CONSUMER);
    // The last event of a partition may be some before the last of all.
    if (all - heard < 64) return;
    await sleep(POLL_MS);
  }
}

async function write(report: object): Promise<void> {
  const text = JSON.stringify(report, null, 2);
  await mkdir(path.join(checkoutRoot(), 'bench'), { recursive: true });
  await writeFile(path.join(checkoutRoot(), 'bench', 'events.json'), `${text}\n`);
  console.log(text);
}
