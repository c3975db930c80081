import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, statSync } from 'node:fs';
import { chmod, chown, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { checkReachable, serverAccount } from './accounts.ts';
import { natsBinary } from './nats-binary.ts';
import { type NatsUser, usersText } from './nats-users.ts';
import { makeOpenDirectory } from './paths.ts';
import { freePortFrom, isFree } from './ports.ts';
import { claim, commandLine, mustRun, processIdentity } from './processes.ts';

/** A NATS server to use: our own, or the one that NATS_URL names, which has only a URL and is never stopped. */
export interface Nats {
  readonly url: string;
  readonly port: number | undefined;
  readonly pid: number | undefined;
  readonly logFile: string | undefined;
  stop(): Promise<void>;
}

/** Where the streams live, and a port that has to be used; without one a free port is chosen and remembered. */
export interface NatsOptions {
  readonly dataDir: string;
  readonly port?: number;
  /** Who may use it, and how; without any, whoever reaches it may do anything. */
  readonly users?: readonly NatsUser[];
  readonly environment?: NodeJS.ProcessEnv;
}

interface Server {
  readonly pid: number;
  readonly port: number;
}

const FIRST_PORT = 4222;
const START_TIMEOUT_MS = 10_000;
const STOP_TIMEOUT_MS = 10_000;
const POLL_MS = 20;
const LINES_OF_LOG_SHOWN = 5;
const LARGEST_LOG_BYTES = 16 << 20;

/**
 * Gives a NATS server with JetStream: the one of NATS_URL if that is set, else our own on the loopback interface, taking
 * over one that a killed bank left running. Throws a sentence when there is no server to be had, when it does not come
 * up, or when another living process owns this data.
 */
export async function startNats({ dataDir, port, users = [], environment = process.env }: NatsOptions): Promise<Nats> {
  const given = environment['NATS_URL'];
  if (given) return { url: given, port: undefined, pid: undefined, logFile: undefined, stop: async () => {} };

  const binary = await natsBinary();
  await prepare(dataDir);
  const other = claim(ownerFile(dataDir));
  if (other !== undefined) throw new Error(`NATS in ${dataDir} belongs to the running process ${other}.`);
  const settings = await settingsFor(binary, dataDir, users);
  const running = await settleRunning(dataDir, settings, port);
  const server = running ?? (await startServer(binary, dataDir, settings, port));
  const url = `nats://127.0.0.1:${server.port}`;
  return { ...server, url, logFile: logFile(dataDir), stop: async () => void (await stopNats(dataDir)) };
}

/** Stops the server of `dataDir` if one runs, whoever started it. Answers whether there was one. */
export async function stopNats(dataDir: string): Promise<boolean> {
  const server = livingServer(dataDir);
  if (server !== undefined) {
    process.kill(server.pid, 'SIGTERM');
    const end = Date.now() + STOP_TIMEOUT_MS;
    while (livingServer(dataDir) !== undefined && Date.now() < end) await sleep(POLL_MS);
    if (livingServer(dataDir) !== undefined) process.kill(server.pid, 'SIGKILL');
  }
  await rm(ownerFile(dataDir), { force: true });
  return server !== undefined;
}

async function prepare(dataDir: string): Promise<void> {
  const account = serverAccount();
  makeOpenDirectory(dataDir);
  checkReachable(dataDir, account);
  await mkdir(storeDirectory(dataDir), { recursive: true, mode: 0o700 });
  const log = logFile(dataDir);
  if (existsSync(log) && statSync(log).size > LARGEST_LOG_BYTES) await rename(log, `${log}.1`);
  if (account) await chown(storeDirectory(dataDir), account.uid, account.gid);
}

/** Everything but the port. Servers before 2.10 (Debian's is 2.9) refuse a setting of when streams reach the disk. */
async function settingsFor(binary: string, dataDir: string, users: readonly NatsUser[]): Promise<string> {
  const text = await mustRun('The NATS server does not run', binary, ['--version']);
  const [major = 0, minor = 0] = (/(\d+)\.(\d+)\.\d+/.exec(text) ?? []).slice(1).map(Number);
  const sync = major > 2 || (major === 2 && minor >= 10) ? ['  sync_interval: always'] : [];
  const streams = [
    `  store_dir: ${JSON.stringify(storeDirectory(dataDir))}`,
    '  max_memory_store: 64MB',
    '  max_file_store: 12GB',
  ];
  const pid = `pid_file: ${JSON.stringify(pidFile(dataDir))}`;
  const common = ['server_name: corebank', 'max_payload: 1MB', pid, 'jetstream {', ...streams, ...sync, '}', ''].join(
    '\n',
  );
  return users.length === 0 ? common : `${common}${usersText(users)}`;
}

function withPort(settings: string, port: number): string {
  return `listen: "127.0.0.1:${port}"\n${settings}`;
}

/** Takes over a server that already runs with these settings (and on the port asked for); stops one that has others. */
async function settleRunning(dataDir: string, settings: string, port: number | undefined): Promise<Server | undefined> {
  const server = livingServer(dataDir);
  if (server === undefined) return undefined;
  const same = readFileSync(configFile(dataDir), 'utf8') === withPort(settings, server.port);
  if (same && (port === undefined || port === server.port) && (await answers(server.port))) return server;
  await stopNats(dataDir);
  claim(ownerFile(dataDir));
  return undefined;
}

async function startServer(binary: string, dataDir: string, settings: string, wanted?: number): Promise<Server> {
  const port = wanted ?? (await rememberedPort(dataDir));
  await writeFile(configFile(dataDir), withPort(settings, port));
  // The server's account has to read it, whatever the umask is; nothing in it is secret.
  await chmod(configFile(dataDir), 0o644);
  const account = serverAccount();
  const log = openSync(logFile(dataDir), 'a', 0o600);
  const child = spawn(binary, ['-c', configFile(dataDir)], {
    cwd: dataDir,
    detached: true,
    stdio: ['ignore', log, log],
    ...(account ? { uid: account.uid, gid: account.gid } : {}),
  });
  closeSync(log);
  child.once('error', () => undefined);
  child.unref();
  const end = Date.now() + START_TIMEOUT_MS;
  while (child.pid !== undefined && processIdentity(child.pid) !== undefined && Date.now() < end) {
    if (await answers(port)) return { pid: child.pid, port };
    await sleep(POLL_MS);
  }
  child.kill('SIGKILL');
  await rm(ownerFile(dataDir), { force: true });
  const written = readFileSync(logFile(dataDir), 'utf8').trimEnd().split('\n').slice(-LINES_OF_LOG_SHOWN).join('\n');
  throw new Error(`The NATS server does not start (log: ${logFile(dataDir)}):\n${written}`);
}

async function rememberedPort(dataDir: string): Promise<number> {
  const remembered = configuredPort(dataDir) ?? FIRST_PORT;
  return (await isFree(remembered)) ? remembered : freePortFrom(FIRST_PORT);
}

/** Whether a NATS server with JetStream greets on this port. */
function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', timeout: 1_000 });
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('data', (greeting) => end(/^INFO .*"jetstream":true/.test(greeting.toString('latin1'))));
    for (const event of ['error', 'timeout', 'close']) socket.once(event, () => end(false));
  });
}

/**
 * The server that runs on this data. It writes its number itself, so that not even a kill of the bank during the start
 * loses it; a number that by now is some other process's does not count.
 */
function livingServer(dataDir: string): Server | undefined {
  const port = configuredPort(dataDir);
  if (port === undefined || !existsSync(pidFile(dataDir))) return undefined;
  const pid = Number.parseInt(readFileSync(pidFile(dataDir), 'utf8'), 10);
  return pid > 0 && commandLine(pid).includes(configFile(dataDir)) ? { pid, port } : undefined;
}

function configuredPort(dataDir: string): number | undefined {
  if (!existsSync(configFile(dataDir))) return undefined;
  const port = /^listen: "127\.0\.0\.1:(\d+)"/.exec(readFileSync(configFile(dataDir), 'utf8'))?.[1];
  return port === undefined ? undefined : Number(port);
}

function storeDirectory(dataDir: string): string {
  return join(dataDir, 'streams');
}

function configFile(dataDir: string): string {
  return join(dataDir, 'nats.conf');
}

function logFile(dataDir: string): string {
  return join(dataDir, 'nats.log');
}

function pidFile(dataDir: string): string {
  return join(storeDirectory(dataDir), 'nats.pid');
}

function ownerFile(dataDir: string): string {
  return join(dataDir, 'nats.owner');
}
