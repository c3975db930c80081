// `make run` as a process of its own, for tests: on data of its own, at ports of its own.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { checkoutRoot } from '../../tools/platform/paths.ts';
import { randomFreePort } from '../../tools/platform/ports.ts';
import { makeScratch, removeScratch } from '../../tools/platform/scratch.ts';
import { services } from './services.ts';
import { freePorts } from './start.ts';

/** A bank that was started, and is ready or has ended. */
export interface RunningBank {
  readonly pid: number;
  /** Everything that it wrote so far. */
  screen(): string;
  readonly ended: Promise<number | null>;
  stop(signal: NodeJS.Signals): Promise<number | null>;
}

/** Where a bank keeps its data and listens, and how it is started there. */
export interface Runs {
  readonly scratch: string;
  readonly environment: NodeJS.ProcessEnv;
  /** Starts it, and waits until it is ready or has ended. */
  start(more?: NodeJS.ProcessEnv): Promise<RunningBank>;
}

/** A place for a bank, for the tests of a `describe`; used inside tests only. */
export function useRuns(): () => Runs {
  let runs: Runs | undefined;
  before(async () => {
    runs = await aPlace();
  });
  after(() => runs && removeScratch(runs.scratch));
  return () => {
    if (!runs) throw new Error('there is a place inside tests only');
    return runs;
  };
}

async function aPlace(): Promise<Runs> {
  const scratch = await makeScratch();
  const { COREBANK_TEST_POSTGRES_URL: _url, COREBANK_TEST_TALLY: _tally, ...inherited } = process.env;
  const environment: NodeJS.ProcessEnv = {
    ...inherited,
    ...(await freePorts(services)),
    EDGE_HTTP_PORT: String(await randomFreePort()),
    EDGE_GRPC_PORT: String(await randomFreePort()),
    COREBANK_DATA_DIR: scratch,
  };
  return { scratch, environment, start: (more) => start({ ...environment, ...more }) };
}

async function start(environment: NodeJS.ProcessEnv): Promise<RunningBank> {
  const program = path.join(checkoutRoot(), 'services/_testbed/run.ts');
  const child = spawn(process.execPath, [program], { env: environment, cwd: checkoutRoot() });
  let written = '';
  const ready = Promise.withResolvers<void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      written += text;
      if (/^ready$/m.test(written) && written.includes('Ctrl-C')) ready.resolve();
    });
  }
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  await Promise.race([ready.promise, ended]);
  return {
    pid: child.pid ?? 0,
    screen: () => written,
    ended,
    stop: (signal: NodeJS.Signals) => {
      child.kill(signal);
      return ended;
    },
  };
}
