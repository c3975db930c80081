// bankctl as a user runs it, for tests: in the process of the tests, because most of a process of its own is its start.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { runProgram } from './program.ts';
import { runWithin } from './surroundings.ts';

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
    const [stdout, stderr] = [new PassThrough(), new PassThrough()];
    const env = { XDG_CACHE_HOME: home, COREBANK_EDGE: edge(), ...environment };
    const code = runWithin({ env, stdout, stderr }, () => runProgram(args)).finally(() => {
      stdout.end();
      stderr.end();
    });
    const [exit, printed, said] = await Promise.all([code, text(stdout), text(stderr)]);
    return { code: exit, stdout: printed, stderr: said };
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
