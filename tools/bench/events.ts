// `npm run bench:events`: how long events take to an inbox, how fast a consumer that is far behind catches up, and what it takes from
// commands meanwhile. Of one bank whose services, edge, database, bus and load share one machine. docs/bench.md says how.
import { mkdir, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { checkoutRoot } from '../platform/paths.ts';
import { progressOf, writeBacklog } from './backlog.ts';
import { inboxTimes } from './inbox-times.ts';
import type { Load } from './load.ts';
import { median } from './rounds.ts';
import { readEventSettings } from './settings.ts';
import { type Subject, startSubject } from './subject.ts';

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
  const { perSecond, processorSeconds } = await run(subject, { perSecond: EVENTS_PER_SECOND }, EVENTS_SECONDS);
  await untilHeard(subject);
  const measured = {
    transfers_per_second: Math.round(perSecond),
    ...(await inboxTimes(subject.bank, from)),
    cpu_share: shares(processorSeconds, EVENTS_SECONDS),
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
  const rounds: { without: Measured; beside: Measured; events: number }[] = [];
  for (let round = 1; round <= EVENTS_ROUNDS; round += 1) {
    const without = await run(subject, half, EVENTS_SECONDS);
    const begun = await progressOf(bank, CONSUMER);
    await bank.begin(CONSUMER);
    while ((await progressOf(bank, CONSUMER)).heard === begun.heard) await sleep(POLL_MS);
    const [before, since] = [await progressOf(bank, CONSUMER), performance.now()];
    const beside = await run(subject, half, EVENTS_SECONDS);
    const [after, seconds] = [await progressOf(bank, CONSUMER), (performance.now() - since) / 1_000];
    if (after.told - after.heard < 1_000)
      throw new Error('the consumer was done too early: EVENTS_BACKLOG is too small');
    await bank.end(CONSUMER);
    rounds.push({ without, beside, events: (after.heard - before.heard) / seconds });
    say(`round ${round} of ${EVENTS_ROUNDS}: ${JSON.stringify(told(rounds.slice(-1), EVENTS_SECONDS))}`);
  }
  await bank.begin(CONSUMER);
  const [rest, since] = [await progressOf(bank, CONSUMER), performance.now()];
  await untilHeard(subject);
  const perSecond = Math.round(((rest.told - rest.heard) * 1_000) / (performance.now() - since));
  say(`the rest, by itself: ${Math.round(rest.told - rest.heard)} events, ${perSecond} a second`);
  return { backlog: events, by_itself_events_per_second: perSecond, ...told(rounds, EVENTS_SECONDS) };
}

type Measured = Awaited<ReturnType<typeof run>>;

/** Medians of the rounds; of ratios, of those within a round. */
function told(rounds: readonly { without: Measured; beside: Measured; events: number }[], seconds: number) {
  const of = (take: (round: (typeof rounds)[number]) => number) => Math.round(median(rounds.map(take)) * 100) / 100;
  return {
    commands_per_second: {
      alone: of(({ without }) => without.perSecond),
      beside: of(({ beside }) => beside.perSecond),
    },
    p50_ms: { alone: of(({ without }) => without.latencyMs.p50), beside: of(({ beside }) => beside.latencyMs.p50) },
    p99_ms: { alone: of(({ without }) => without.latencyMs.p99), beside: of(({ beside }) => beside.latencyMs.p99) },
    events_per_second: Math.round(of(({ events }) => events)),
    commands_kept: of(({ without, beside }) => beside.perSecond / without.perSecond),
    cpu_share: shares(rounds.at(-1)?.beside.processorSeconds ?? {}, seconds),
  };
}

function shares(processorSeconds: Readonly<Record<string, number>>, seconds: number) {
  return Object.fromEntries(
    Object.entries(processorSeconds).map(([name, used]) => [name, Math.round((used / seconds) * 100) / 100]),
  );
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
