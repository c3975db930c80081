import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { closingLine, type Tally } from '../../services/_testbed/reporter.ts';
import { mochaArguments } from './mocha-arguments.ts';
import { startNats } from './nats.ts';
import { natsBinary } from './nats-binary.ts';
import { checkoutRoot } from './paths.ts';
import { randomFreePort } from './ports.ts';
import { startPostgres } from './postgres.ts';
import { makeScratch, memoryHome, removeScratch } from './scratch.ts';

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
    const code = await runMocha(args, {
      ...process.env,
      ...(await natsEnvironment(join(scratch, 'nats'))),
      COREBANK_TEST_POSTGRES_URL: postgres.superuserUrl,
      COREBANK_TEST_SCRATCH: scratch,
      COREBANK_TEST_TALLY: tallyFile,
      // What one process has compiled, those that it starts need not compile again.
      NODE_COMPILE_CACHE: join(scratch, 'compiled'),
    });
    const tally = readTally(tallyFile);
    await removeScratch(scratch);
    console.log(closingLine(tally ?? { passed: 0, failed: 1, skipped: 0 }));
    return tally === undefined && code === 0 ? 1 : code;
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

/** Runs mocha to its end; an interrupt ends mocha first, so that the servers outlive the tests that use them. */
function runMocha(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const mocha = join(checkoutRoot(), 'node_modules', 'mocha', 'bin', 'mocha.js');
  const child = spawn(process.execPath, [mocha, ...mochaArguments(args)], {
    env,
    stdio: 'inherit',
    cwd: checkoutRoot(),
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    // A terminal sends its interrupt to mocha as well, and mocha takes a second one as an order to drop everything.
    process.on(signal, () => (signal === 'SIGINT' && process.stdin.isTTY ? undefined : child.kill(signal)));
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 1)));
  });
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
