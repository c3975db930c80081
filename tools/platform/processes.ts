import { execFile, execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** An account of the operating system under which a child process runs; undefined means our own. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** What a command did: its exit code and everything it wrote. */
export interface Outcome {
  readonly code: number;
  readonly output: string;
}

/** How to run a command: folder, environment, account, and the longest time it may take. */
export interface RunOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly account?: Account | undefined;
  readonly timeoutMs?: number;
}

/** Runs a command to its end and answers how it ended; a command that cannot start has code 127. */
export async function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  const { account, cwd, env, timeoutMs } = options;
  try {
    const { stdout, stderr } = await execute(command, args, {
      maxBuffer: 64 << 20,
      ...(cwd === undefined ? {} : { cwd }),
      ...(env === undefined ? {} : { env }),
      ...(timeoutMs === undefined ? {} : { timeout: timeoutMs }),
      ...(account === undefined ? {} : { uid: account.uid, gid: account.gid }),
    });
    return { code: 0, output: stdout + stderr };
  } catch (error) {
    const failure = error as { code?: number | string; stdout?: string; stderr?: string; message: string };
    const written = `${failure.stdout ?? ''}${failure.stderr ?? ''}`;
    return { code: typeof failure.code === 'number' ? failure.code : 127, output: written || failure.message };
  }
}

/** Runs a command that has to succeed and answers what it wrote; throws `sentence` and the output when it does not. */
export async function mustRun(
  sentence: string,
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  const { code, output } = await run(command, args, options);
  if (code !== 0) throw new Error(`${sentence} (${command} ended with ${code}):\n${output.trim()}`);
  return output;
}

/** Kills a process for good, and waits until it is gone. */
export async function killNow(pid: number): Promise<void> {
  process.kill(pid, 'SIGKILL');
  while (processIdentity(pid) !== undefined) await sleep(1);
}

/**
 * A name for a living process that no later process with the same number has: number and start time.
 * Undefined when there is no such process, or only its zombie.
 */
export function processIdentity(pid: number): string | undefined {
  try {
    if (process.platform === 'linux') {
      const [state, ...rest] = readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ');
      return state === 'Z' || state === 'X' ? undefined : `${pid}@${rest[18]}`;
    }
    const line = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
    return line === '' || line.startsWith('Z') ? undefined : `${pid}@${line.replace(/^\S+\s+/, '')}`;
  } catch {
    return undefined;
  }
}

/** The command line of a living process, or an empty string. */
export function commandLine(pid: number): string {
  if (processIdentity(pid) === undefined) return '';
  try {
    if (process.platform === 'linux') return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
    return execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
  } catch {
    return '';
  }
}

/**
 * Writes down in `file` that this process owns what the file stands for. Answers undefined, or the number of the other
 * living process that owns it already.
 */
export function claim(file: string): number | undefined {
  const other = holder(file);
  if (other !== undefined) return other;
  rmSync(file, { force: true });
  try {
    // Of two that find it free at once only one makes the file; PostgreSQL's own lock is the last line of defence.
    writeFileSync(file, processIdentity(process.pid) ?? String(process.pid), { mode: 0o644, flag: 'wx' });
    return undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return holder(file);
  }
}

/** The number of the living process, other than this one, that claimed `file`; undefined when nobody holds it. */
export function holder(file: string): number | undefined {
  const pid = claimant(file);
  return pid === process.pid ? undefined : pid;
}

/** The number of the living process that claimed `file`, this one too; undefined when nobody holds it. */
export function claimant(file: string): number | undefined {
  let identity: string;
  try {
    identity = readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
  const pid = Number.parseInt(identity, 10);
  return processIdentity(pid) === identity ? pid : undefined;
}
