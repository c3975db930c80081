// bankctl as a user runs it: a process of its own, for tests.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { checkoutRoot } from '../platform/paths.ts';

/** What a run of bankctl printed, and how it ended. */
export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A user with a home of their own. */
export interface User {
  /** Runs bankctl. `environment` is added to what every run has. */
  run(args: readonly string[], environment?: NodeJS.ProcessEnv): Promise<Ran>;
  /** Runs bankctl with --json and reads the one document that it prints; throws when it ends otherwise than expected. */
  json<T>(args: readonly string[], code?: number): Promise<T>;
}

const MAIN = path.join(checkoutRoot(), 'tools', 'bankctl', 'main.ts');

/** A user of bankctl for the tests of a `describe`; `edge` is asked at each run. */
export function useBankctl(edge: () => string): User {
  let home = '';
  before('makes a home', async () => {
    home = await mkdtemp(path.join(tmpdir(), 'corebank-home-'));
  });
  after('removes the home', async () => {
    await rm(home, { recursive: true, force: true });
  });

  async function run(args: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<Ran> {
    const child = spawn(process.execPath, [MAIN, ...args], {
      env: { PATH: process.env['PATH'], XDG_CACHE_HOME: home, COREBANK_EDGE: edge(), ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const code = new Promise<number>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (exit) => resolve(exit ?? -1));
    });
    const [stdout, stderr] = await Promise.all([textOf(child.stdout), textOf(child.stderr)]);
    return { code: await code, stdout, stderr };
  }

  return {
    run,
    async json<T>(args: readonly string[], expected = 0) {
      const { code, stdout, stderr } = await run([...args, '--json']);
      if (code !== expected) throw new Error(`bankctl ${args.join(' ')} ended with ${code}\n${stdout}${stderr}`);
      const document: T = JSON.parse(stdout);
      return document;
    },
  };
}

async function textOf(stream: AsyncIterable<Buffer>): Promise<string> {
  return Buffer.concat(await Array.fromAsync(stream)).toString();
}
