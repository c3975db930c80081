// Files that are there whole or not at all, and stay.
import { randomBytes } from 'node:crypto';
import { link, mkdir, open, rm, unlink } from 'node:fs/promises';
import path from 'node:path';

/** Writes a file that is not there yet, whole and durable. Answers false, and changes nothing, when there is one. */
export async function writeNewFile(file: string, bytes: Uint8Array): Promise<boolean> {
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  const handle = await open(draft, 'wx', 0o600);
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
  const made = await link(draft, file).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
      return false;
    },
  );
  await unlink(draft);
  await syncFolder(path.dirname(file));
  return made;
}

/** Removes a file, if there is one, for good. */
export async function removeFile(file: string): Promise<void> {
  await rm(file, { force: true });
  await syncFolder(path.dirname(file)).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
