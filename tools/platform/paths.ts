import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder that every checkout of a machine shares when it runs as root: data of each, and one copy of the binaries. */
export const ROOT_DATA_HOME = '/var/lib/corebank';

/** The absolute path of this checkout, without a slash at its end. */
export function checkoutRoot(): string {
  return dirname(dirname(dirname(fileURLToPath(import.meta.url))));
}

/** Whether this process runs as root, where PostgreSQL refuses to run. */
export function runsAsRoot(): boolean {
  return process.getuid?.() === 0;
}

/**
 * The durable data folder of this checkout: COREBANK_DATA_DIR if it is set; for root a folder named after the
 * checkout's path below /var/lib/corebank, because the unprivileged account that runs PostgreSQL often cannot enter the
 * checkout; otherwise `.data` in the checkout.
 */
export function dataDirectory(environment: NodeJS.ProcessEnv = process.env): string {
  const given = environment['COREBANK_DATA_DIR'];
  if (given) return given;
  if (!runsAsRoot()) return join(checkoutRoot(), '.data');
  return join(ROOT_DATA_HOME, createHash('sha256').update(checkoutRoot()).digest('hex').slice(0, 12));
}

/** Makes a folder and its parents so that other accounts may pass through it, whatever the umask is. */
export function makeOpenDirectory(directory: string): void {
  const first = mkdirSync(directory, { recursive: true });
  if (first === undefined) return;
  for (let path = directory; ; path = dirname(path)) {
    chmodSync(path, 0o755);
    if (path === first) return;
  }
}
