// A service as an operating-system process of its own, for tests that kill it.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { checkoutRoot } from '../../tools/platform/paths.ts';

/** A service in its own process. */
export interface ServiceProcess {
  readonly pid: number;
  readonly port: number;
  /** Everything that it wrote so far. */
  output(): string;
  /** Sends a signal (SIGKILL by default) and waits for the end of the process. Answers its exit code. */
  kill(signal?: NodeJS.Signals): Promise<number | undefined>;
}

/** A busy machine takes its time; how long a service may take is not what those who start it are about. */
const START_MS = 60_000;
const POLL_MS = 25;

/** Starts the process of a service. */
type StartService = (name: string, environment: NodeJS.ProcessEnv) => Promise<ServiceProcess>;

let elsewhere: StartService | undefined;

/** Those that run: they neither hold up the end of the tests nor outlive it, also where a hook that would have ended them has failed. */
const children = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});

/** From now on services are started by this, so that the same tests are of a bank that runs in another way; by undefined, here again. */
export function startServicesBy(start: StartService | undefined): void {
  elsewhere = start;
}

/**
 * Starts `services/<name>/main.ts` (or another program, which is always here) with these variables and waits until it listens on its port,
 * which they must name (`<NAME>_PORT`, not 0).
 */
export function startServiceProcess(
  name: string,
  environment: NodeJS.ProcessEnv,
  program?: string,
): Promise<ServiceProcess> {
  if (elsewhere && program === undefined) return elsewhere(name, environment);
  return startHere(name, environment, program ?? `services/${name}/main.ts`);
}

async function startHere(name: string, environment: NodeJS.ProcessEnv, program: string): Promise<ServiceProcess> {
  const port = Number(environment[`${name.toUpperCase()}_PORT`]);
  if (!(port > 0)) throw new Error(`${name.toUpperCase()}_PORT must name a port`);
  const child = spawn(process.execPath, [path.join(checkoutRoot(), program)], {
    cwd: checkoutRoot(),
    env: { PATH: process.env['PATH'], NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'], ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.add(child);
  child.once('exit', () => children.delete(child)).unref();
  let written = '';
  for (const stream of [child.stdout as Socket, child.stderr as Socket]) {
    stream.unref();
    stream.setEncoding('utf8').on('data', (text: string) => {
      written += text;
    });
  }
  const end = Date.now() + START_MS;
  while (!(await accepts(port))) {
    const gone = child.exitCode !== null || child.signalCode !== null;
    if (gone || Date.now() > end) {
      child.kill('SIGKILL');
      throw new Error(`${name} does not start:\n${written}`);
    }
    await sleep(POLL_MS);
  }
  return { pid: child.pid ?? 0, port, output: () => written, kill: (signal = 'SIGKILL') => kill(child, signal) };
}

async function kill(child: ChildProcess, signal: NodeJS.Signals): Promise<number | undefined> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode ?? undefined;
  child.ref();
  const ended = once(child, 'exit');
  child.kill(signal);
  await ended;
  return child.exitCode ?? undefined;
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => end(true)).once('error', () => end(false));
  });
}
