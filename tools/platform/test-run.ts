import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { constants } from 'node:os';
import { join } from 'node:path';
import { closingLine, type Tally } from '../../services/_testbed/reporter.ts';
import { ALONE, mochaArguments, namesFiles } from './mocha-arguments.ts';
import { startNats } from './nats.ts';
import { natsBinary } from './nats-binary.ts';
import { checkoutRoot } from './paths.ts';
import { randomFreePort } from './ports.ts';
import { startPostgres } from './postgres.ts';
import { makeScratch, memoryHome, removeScratch } from './scratch.ts';

let interrupted = false;
let interrupt: (signal: NodeJS.Signals) => void = () => {};
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    interrupted = true;
    interrupt(signal);
  });
}

process.exitCode = await main(process.argv.slice(2));

/**
 * Runs the tests once, on one PostgreSQL and one NATS server of their own, and answers mocha's exit code. The servers
 * stop however the run ends; the line of counts is the last that is printed. Their data is in memory where there is
 * enough of it: to make and remove some hundred databases is most of what a disk would do.
 */
async function main(args: readonly string[]): Promise<number> {
  const scratch = await makeScratch(await memoryHome());
  const tallyFile = join(scratch, 'tally.json');
  try {
    const postgres = await startPostgres({ dataDir: join(scratch, 'postgres'), port: await randomFreePort() });
    const environment: NodeJS.ProcessEnv = {
      ...process.env,
      ...(await natsEnvironment(join(scratch, 'nats'))),
      COREBANK_TEST_POSTGRES_URL: postgres.superuserUrl,
      COREBANK_TEST_SCRATCH: scratch,
      // What one process has compiled, neither those that it starts nor the next run need compile again. Node looks at
      // what a file holds, and keeps one result of each.
      NODE_COMPILE_CACHE: join(checkoutRoot(), 'build', 'compiled'),
    };
    const runs: Run[] = [];
    for (const more of namesFiles(args) ? [[]] : [[], [ALONE]]) {
      if (!interrupted) runs.push(await runMocha([...args, ...more], environment, tallyFile));
    }
    await removeScratch(scratch);
    const total = (what: keyof Tally): number => runs.reduce((sum, { tally }) => sum + tally[what], 0);
    console.log(closingLine({ passed: total('passed'), failed: total('failed'), skipped: total('skipped') }));
    return runs.find(({ code }) => code !== 0)?.code ?? (interrupted ? 1 : 0);
  } finally {
    await removeScratch(scratch);
  }
}

/** Where no NATS server can be had (no internet and none installed), the tests that need one are skipped and counted. */
async function natsEnvironment(dataDir: string): Promise<NodeJS.ProcessEnv> {
  if (!process.env['NATS_URL']) {
    try {
      await natsBinary();
    } catch (error) {
      console.error(`Tests that need NATS will be skipped. ${(error as Error).message}`);
      return {};
    }
  }
  const nats = await startNats({ dataDir, port: await randomFreePort() });
  return { NATS_URL: nats.url };
}

interface Run {
  readonly code: number;
  readonly tally: Tally;
}

/**
 * Runs mocha to its end; an interrupt ends mocha first, so that the servers outlive the tests that use them. It has a
 * process group of its own, which ends with it: the services that an interrupted test has started are nobody else's.
 */
async function runMocha(args: readonly string[], environment: NodeJS.ProcessEnv, tallyFile: string): Promise<Run> {
  await rm(tallyFile, { force: true });
  const mocha = join(checkoutRoot(), 'node_modules', 'mocha', 'bin', 'mocha.js');
  // As a bank that runs has it, and mocha's own processes take it over: what a call makes is garbage when it is answered.
  const child = spawn(process.execPath, ['--max-semi-space-size=64', mocha, ...mochaArguments(args)], {
    env: { ...environment, COREBANK_TEST_TALLY: tallyFile },
    stdio: 'inherit',
    cwd: checkoutRoot(),
    detached: true,
  });
  interrupt = (signal) => void child.kill(signal);
  const code = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (exit, signal) => resolve(exit ?? 128 + (signal ? constants.signals[signal] : 1)));
  });
  endGroup(child.pid);
  const tally = readTally(tallyFile);
  return { code: tally === undefined && code === 0 ? 1 : code, tally: tally ?? { passed: 0, failed: 1, skipped: 0 } };
}

function endGroup(leader: number | undefined): void {
  try {
    if (leader !== undefined) process.kill(-leader, 'SIGKILL');
  } catch {
    // Nobody is left, as after every run that came to its end.
  }
}

/** The counts that the reporter wrote; undefined when mocha ended before its tests did. */
function readTally(file: string): Tally | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    console.error('mocha ended before it had run the tests.');
    return undefined;
  }
}
