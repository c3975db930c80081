import { accessSync, constants } from 'node:fs';
import { mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { dataDirectory, makeOpenDirectory, ROOT_DATA_HOME, runsAsRoot } from './paths.ts';
import { run } from './processes.ts';

/** Where package managers put servers, which an ordinary user's PATH may leave out. */
const USUAL_FOLDERS = ['/usr/sbin', '/usr/local/sbin', '/usr/local/bin', '/opt/homebrew/bin'];
const INSTALL_TIMEOUT_MS = 300_000;

/** Says what to do when there is no NATS server and none could be installed. */
const MISSING =
  'The bank needs a NATS server and could not install one. Install nats-server with your package manager, or set NATS_URL to a running server.';

/**
 * The path of a NATS server: one on PATH or in a usual folder; else one that an earlier start unpacked; else one that the
 * platform's package manager installs now. `report` is told before anything is installed. Throws what to do when there is
 * no way.
 */
export async function natsBinary(report: (sentence: string) => void = console.error): Promise<string> {
  const home = join(runsAsRoot() ? ROOT_DATA_HOME : dataDirectory(), 'nats-server');
  const found = findServer(home);
  if (found) return found;

  const output: string[] = [];
  for (const install of [installWithApt, unpackWithApt, installWithBrew]) {
    const result = await install(home, report);
    if (result) output.push(result);
    const installed = findServer(home);
    if (installed) return installed;
  }
  throw new Error([MISSING, ...output].join('\n'));
}

function findServer(home: string): string | undefined {
  const path = (process.env['PATH'] ?? '').split(delimiter).filter(Boolean);
  const folders = [...path, ...USUAL_FOLDERS, join(home, 'usr', 'sbin'), join(home, 'usr', 'bin')];
  return folders.map((folder) => join(folder, 'nats-server')).find(isProgram);
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Root installs the package; the lists of packages are fetched only when they do not know it yet. */
async function installWithApt(_home: string, report: (sentence: string) => void): Promise<string | undefined> {
  if (!runsAsRoot() || !hasCommand('apt-get')) return undefined;
  report('Installing nats-server with apt-get.');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const options = { env, timeoutMs: INSTALL_TIMEOUT_MS };
  const install = ['install', '-y', '-q', '--no-install-recommends', 'nats-server'];
  const first = await run('apt-get', install, options);
  if (first.code === 0) return undefined;
  await run('apt-get', ['update', '-q'], options);
  const second = await run('apt-get', install, options);
  return second.code === 0 ? undefined : second.output.trim();
}

/** Without root the package is downloaded and unpacked into our own folder, with package lists of our own if need be. */
async function unpackWithApt(home: string, report: (sentence: string) => void): Promise<string | undefined> {
  if (!hasCommand('apt-get') || !hasCommand('dpkg-deb')) return undefined;
  report(`Downloading nats-server with apt-get and unpacking it into ${home}.`);
  makeOpenDirectory(join(home, '..'));
  const work = await mkdtemp(join(home, '..', 'unpacking-'));
  try {
    const options = { cwd: work, timeoutMs: INSTALL_TIMEOUT_MS };
    const own = ['-o', `Dir::State::Lists=${work}/lists`, '-o', `Dir::Cache=${work}/cache`, '-o', 'Debug::NoLocking=1'];
    let download = await run('apt-get', ['download', '-q', 'nats-server'], options);
    if (download.code !== 0) {
      makeOpenDirectory(join(work, 'lists', 'partial'));
      makeOpenDirectory(join(work, 'cache', 'archives', 'partial'));
      await run('apt-get', [...own, 'update', '-q'], options);
      download = await run('apt-get', [...own, 'download', '-q', 'nats-server'], options);
    }
    const archive = (await readdir(work)).find((file) => file.endsWith('.deb'));
    if (archive === undefined) return download.output.trim();
    const unpack = await run('dpkg-deb', ['-x', archive, 'unpacked'], options);
    if (unpack.code !== 0) return unpack.output.trim();
    await rm(home, { recursive: true, force: true });
    await rename(join(work, 'unpacked'), home);
    return undefined;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function installWithBrew(_home: string, report: (sentence: string) => void): Promise<string | undefined> {
  if (!hasCommand('brew')) return undefined;
  report('Installing nats-server with brew.');
  const { code, output } = await run('brew', ['install', 'nats-server'], { timeoutMs: INSTALL_TIMEOUT_MS });
  return code === 0 ? undefined : output.trim();
}

function hasCommand(name: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => isProgram(join(folder, name)));
}
