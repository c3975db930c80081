import { closeSync, existsSync, fstatSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { chmod, chown, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { checkReachable, serverAccount } from './accounts.ts';
import { makeOpenDirectory } from './paths.ts';
import { freePortFrom, isFree } from './ports.ts';
import { type PostgresBinaries, postgresBinaries } from './postgres-binaries.ts';
import { rolePassword } from './postgres-secrets.ts';
import { type Account, claim, commandLine, mustRun, processIdentity, run } from './processes.ts';

/** A running embedded PostgreSQL. `superuserUrl` holds its password: never print it. */
export interface Postgres {
  readonly dataDir: string;
  readonly port: number;
  readonly pid: number;
  readonly superuserUrl: string;
  readonly logFile: string;
  stop(): Promise<void>;
}

/** Where the data lives, and a port that has to be used; without one a free port is chosen and remembered. */
export interface PostgresOptions {
  readonly dataDir: string;
  readonly port?: number;
}

interface Cluster {
  readonly dataDir: string;
  readonly directory: string;
  readonly logFile: string;
  readonly ownerFile: string;
  readonly account: Account | undefined;
  readonly binaries: PostgresBinaries;
}

const SUPERUSER = 'postgres';
const FIRST_PORT = 5433;
const START_ATTEMPTS = 60;
const PAUSE_BETWEEN_ATTEMPTS_MS = 250;
const LARGEST_LOG_BYTES = 16 << 20;

/** Durability is PostgreSQL's own default, written out so that nobody turns it off unnoticed; the rest keeps a bank small. */
const SETTINGS: Record<string, string> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  fsync: 'on',
  full_page_writes: 'on',
  synchronous_commit: 'on',
  max_connections: '300',
  shared_buffers: '128MB',
  work_mem: '8MB',
  maintenance_work_mem: '64MB',
  max_wal_size: '2GB',
  min_wal_size: '160MB',
  checkpoint_timeout: '15min',
  random_page_cost: '1.1',
  io_workers: '2',
  max_parallel_workers_per_gather: '0',
  jit: 'off',
  huge_pages: 'off',
  password_encryption: 'scram-sha-256',
  // What makes a guess dear makes each connection dear, and nobody guesses 192 random bits.
  scram_iterations: '1',
  timezone: 'UTC',
  log_timezone: 'UTC',
  // A failed statement, its parameters and the DETAIL of its error may hold personal data, and the log is plain text.
  log_min_error_statement: 'panic',
  log_parameter_max_length: '0',
  log_error_verbosity: 'terse',
};

/**
 * Starts the embedded PostgreSQL of `dataDir`, making its cluster (with data checksums) at the first start. A server
 * that a killed bank left running is taken over. For root it runs under an unprivileged account. Throws a sentence when
 * another living process already owns this data, or with the end of the log when the server does not come up.
 */
export async function startPostgres({ dataDir, port }: PostgresOptions): Promise<Postgres> {
  const cluster = await openCluster(dataDir);
  const other = claim(cluster.ownerFile);
  if (other !== undefined) throw new Error(`PostgreSQL in ${dataDir} belongs to the running process ${other}.`);
  const password = rolePassword(dataDir, SUPERUSER);
  if (!existsSync(cluster.directory)) await makeCluster(cluster, password);
  const running = await settleRunning(cluster, port);
  const { pid, port: actualPort } = running ?? (await startServer(cluster, port));
  return {
    dataDir,
    port: actualPort,
    pid,
    superuserUrl: `postgresql://${SUPERUSER}:${password}@127.0.0.1:${actualPort}/postgres`,
    logFile: cluster.logFile,
    stop: () => stopServer(cluster),
  };
}

/** Stops the server of `dataDir` if one runs, whoever started it. Answers whether there was one. */
export async function stopPostgres(dataDir: string): Promise<boolean> {
  if (livingServer(join(dataDir, 'cluster')) === undefined) return false;
  await stopServer(await openCluster(dataDir));
  return true;
}

async function openCluster(dataDir: string): Promise<Cluster> {
  const account = serverAccount();
  makeOpenDirectory(dataDir);
  checkReachable(dataDir, account);
  const logFile = join(dataDir, 'postgres.log');
  if (existsSync(logFile) && statSync(logFile).size > LARGEST_LOG_BYTES) await rename(logFile, `${logFile}.1`);
  await writeFile(logFile, '', { flag: 'a', mode: 0o600 });
  if (account) await chown(logFile, account.uid, account.gid);
  return {
    dataDir,
    directory: join(dataDir, 'cluster'),
    logFile,
    ownerFile: join(dataDir, 'postgres.owner'),
    account,
    binaries: await postgresBinaries(dataDir, account),
  };
}

/** Makes the cluster beside its final place and renames it, so that a kill in between leaves no half-made cluster. */
async function makeCluster(cluster: Cluster, password: string): Promise<void> {
  const { dataDir, account, binaries } = cluster;
  const staging = join(dataDir, 'cluster.new');
  const passwordFile = join(dataDir, 'initdb.password');
  await rm(staging, { recursive: true, force: true });
  await rm(passwordFile, { force: true });
  await mkdir(staging, { mode: 0o700 });
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (account) {
    await chown(staging, account.uid, account.gid);
    await chown(passwordFile, account.uid, account.gid);
  }
  const options = ['--data-checksums', '--encoding=UTF8', '--locale=C', '--auth=scram-sha-256'];
  // The superuser's password is made here, before the server has its settings.
  options.push('-c', `scram_iterations=${SETTINGS['scram_iterations']}`);
  const provider = ['--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
  const files = ['-D', staging, `--username=${SUPERUSER}`, `--pwfile=${passwordFile}`];
  await mustRun('The database cluster could not be made', binaries.initdb, [...options, ...provider, ...files], {
    account,
    env: cleanEnvironment(),
    cwd: dataDir,
  });
  await rm(passwordFile);
  await chmod(staging, 0o700);
  await rename(staging, cluster.directory);
}

/** Takes over a server that already runs with our settings (and on the port asked for); stops one that has others. */
async function settleRunning(cluster: Cluster, port: number | undefined): Promise<Server | undefined> {
  const server = livingServer(cluster.directory);
  if (server === undefined) return undefined;
  const started = readFileSync(join(cluster.directory, 'postmaster.opts'), 'utf8');
  const same = settingArguments().every((argument) => started.includes(`"${argument}"`));
  if (same && started.startsWith(cluster.binaries.postgres) && (port === undefined || port === server.port))
    return server;
  await stopServer(cluster);
  claim(cluster.ownerFile);
  return undefined;
}

interface Server {
  readonly pid: number;
  readonly port: number;
}

/** The server that runs on this cluster, from its postmaster.pid; undefined when the file is absent or a dead server's. */
function livingServer(directory: string): Server | undefined {
  const [pid, , , port] = pidFileLines(directory).map(Number);
  if (!pid || !port || !isPostmaster(pid, directory)) return undefined;
  return { pid, port };
}

function pidFileLines(directory: string): string[] {
  try {
    return readFileSync(join(directory, 'postmaster.pid'), 'utf8').split('\n');
  } catch {
    return [];
  }
}

function isPostmaster(pid: number, directory: string): boolean {
  return processIdentity(pid) !== undefined && commandLine(pid).includes(directory);
}

/**
 * After `kill -9` the pid file stays, and PostgreSQL refuses to start while that number is a zombie or some other
 * process of the same account. Removing the file is safe: the shared memory of backends that still live is found by the
 * folder's inode as well, and the start fails until they are gone.
 */
async function removeStalePidFile({ directory }: Cluster): Promise<void> {
  const pid = Number(pidFileLines(directory)[0]);
  if (pid > 0 && !isPostmaster(pid, directory)) await rm(join(directory, 'postmaster.pid'), { force: true });
}

async function startServer(cluster: Cluster, wanted: number | undefined): Promise<Server> {
  const { directory, logFile, binaries, account, dataDir } = cluster;
  for (let attempt = 1; ; attempt += 1) {
    await removeStalePidFile(cluster);
    const port = wanted ?? (await rememberedPort(dataDir));
    const logged = statSync(logFile).size;
    const options = [`-p ${port}`, ...settingArguments().map((argument) => `-c ${argument}`)].join(' ');
    const start = ['start', '-D', directory, '-l', logFile, '-w', '-t', '60', '-o', options];
    const { code } = await run(binaries.pgCtl, start, { account, env: cleanEnvironment(), cwd: dataDir });
    const server = livingServer(directory);
    if (code === 0 && server) {
      await writeFile(join(dataDir, 'postgres.port'), `${server.port}\n`);
      return server;
    }
    const why = logSince(logFile, logged);
    // Both pass by themselves: backends of a killed server end within moments, and a port was taken between look and use.
    const passing = /still in use|could not create any TCP\/IP sockets|lock file "postmaster.pid" already exists/.test(
      why,
    );
    if (!passing || attempt === START_ATTEMPTS) {
      await rm(cluster.ownerFile, { force: true });
      throw new Error(`PostgreSQL does not start (log: ${logFile}):\n${why.trim()}`);
    }
    await sleep(PAUSE_BETWEEN_ATTEMPTS_MS);
  }
}

async function rememberedPort(dataDir: string): Promise<number> {
  const file = join(dataDir, 'postgres.port');
  const remembered = existsSync(file) ? Number.parseInt(readFileSync(file, 'utf8'), 10) : FIRST_PORT;
  return (await isFree(remembered)) ? remembered : freePortFrom(FIRST_PORT);
}

function settingArguments(): string[] {
  return Object.entries(SETTINGS).map(([name, value]) => `${name}=${value}`);
}

/** PostgreSQL's programs read PGPORT, PGDATA and others; none of the caller's may reach them. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' };
}

async function stopServer(cluster: Cluster): Promise<void> {
  const { directory, binaries, account, dataDir } = cluster;
  if (livingServer(directory) !== undefined) {
    const stop = ['stop', '-D', directory, '-m', 'fast', '-w', '-t', '60'];
    const { code, output } = await run(binaries.pgCtl, stop, { account, env: cleanEnvironment(), cwd: dataDir });
    if (code !== 0 && livingServer(directory) !== undefined)
      throw new Error(`PostgreSQL does not stop: ${output.trim()}`);
  }
  await rm(cluster.ownerFile, { force: true });
}

function logSince(logFile: string, offset: number): string {
  const file = openSync(logFile, 'r');
  try {
    const text = Buffer.alloc(Math.max(0, fstatSync(file).size - offset));
    readSync(file, text, 0, text.length, offset);
    return text.toString('utf8');
  } finally {
    closeSync(file);
  }
}
