import { existsSync } from 'node:fs';
import { chmod, lstat, mkdtemp, readdir, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkReachable, serverAccount } from './accounts.ts';
import { stopNats } from './nats.ts';
import { makeOpenDirectory, ROOT_DATA_HOME } from './paths.ts';
import { stopPostgres } from './postgres.ts';
import { claim, claimant } from './processes.ts';

const PREFIX = 'corebank-scratch-';

/** Where Linux has a file system in memory, its type, and how much has to be free there and of the memory itself. */
const MEMORY_HOME = '/dev/shm';
const TMPFS = 0x01021994;
const MEMORY_FREE_BYTES = 8 * 2 ** 30;

/** Makes a throw-away data folder that the servers' account can reach, first clearing away those of killed runs. */
export async function makeScratch(home = scratchHome()): Promise<string> {
  await sweep(home);
  const directory = await mkdtemp(join(home, PREFIX));
  await chmod(directory, 0o755);
  claim(ownerFile(directory));
  return directory;
}

/** Stops the servers whose data lies in a throw-away folder, and removes it. */
export async function removeScratch(directory: string): Promise<void> {
  await stopPostgres(join(directory, 'postgres'));
  await stopNats(join(directory, 'nats'));
  await rm(directory, { recursive: true, force: true });
}

/**
 * A home for throw-away folders that is no disk; undefined where there is none, or too little memory. What stands there
 * outlives processes that are killed, as on a disk.
 */
export async function memoryHome(): Promise<string | undefined> {
  const found = await statfs(MEMORY_HOME).catch(() => undefined);
  if (found?.type !== TMPFS || process.availableMemory() < MEMORY_FREE_BYTES) return undefined;
  return found.bavail * found.bsize < MEMORY_FREE_BYTES ? undefined : MEMORY_HOME;
}

/** The system's temporary folder, unless root's servers could not enter it. */
function scratchHome(): string {
  try {
    checkReachable(tmpdir(), serverAccount());
    return tmpdir();
  } catch {
    const home = join(ROOT_DATA_HOME, 'scratch');
    makeOpenDirectory(home);
    return home;
  }
}

/** A run that was killed leaves its servers behind; only folders of our own account whose maker is gone are touched. */
async function sweep(home: string): Promise<void> {
  for (const name of await readdir(home)) {
    const directory = join(home, name);
    if (!name.startsWith(PREFIX)) continue;
    const status = await lstat(directory).catch(() => undefined);
    if (!status?.isDirectory() || status.uid !== process.getuid?.()) continue;
    if (!existsSync(ownerFile(directory)) || claimant(ownerFile(directory)) !== undefined) continue;
    await removeScratch(directory);
  }
}

function ownerFile(directory: string): string {
  return join(directory, 'scratch.owner');
}
