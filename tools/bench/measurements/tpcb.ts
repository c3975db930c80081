// (e) pgbench's TPC-B on the same server: what PostgreSQL itself makes of small transactions on this machine.
import { existsSync, globSync } from 'node:fs';
import path from 'node:path';
import { mustRun } from '../../platform/processes.ts';

const SCALE = 20;
const CLIENTS = 16;
const DEBIAN = '/usr/lib/postgresql/*/bin/pgbench';

/** Runs TPC-B for so many seconds. Answers transactions per second. */
export type Tpcb = (seconds: number) => Promise<number>;

/** Finds pgbench on PATH or where Debian keeps it, and fills its database. Undefined when there is none. */
export async function prepareTpcb(url: string): Promise<Tpcb | undefined> {
  const onPath = (process.env['PATH'] ?? '').split(path.delimiter).map((folder) => path.join(folder, 'pgbench'));
  const program = [...onPath, ...globSync(DEBIAN)].find((file) => existsSync(file));
  if (program === undefined) return undefined;
  const run = (args: readonly string[]) => mustRun('pgbench failed', program, [...args, url]);
  await run(['--initialize', '--quiet', `--scale=${SCALE}`]);
  return async (seconds) => {
    const options = ['--protocol=prepared', `--client=${CLIENTS}`, '--jobs=2', `--time=${Math.ceil(seconds)}`];
    const tps = Number(/tps = ([0-9.]+)/.exec(await run(options))?.[1]);
    if (!(tps > 0)) throw new Error('pgbench told no rate');
    return Math.round(tps);
  };
}
