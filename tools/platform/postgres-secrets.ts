import { randomBytes } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The password of a database role, made at its first use and kept in `<dataDir>/secrets.json`, which only we can read. */
export function rolePassword(dataDir: string, role: string): string {
  const file = join(dataDir, 'secrets.json');
  const passwords = readPasswords(file);
  const known = passwords[role];
  if (known) return known;
  const password = randomBytes(24).toString('base64url');
  const staging = `${file}.new`;
  writeFileSync(staging, `${JSON.stringify({ ...passwords, [role]: password }, null, 2)}\n`, { mode: 0o600 });
  renameSync(staging, file);
  return password;
}

function readPasswords(file: string): Record<string, string> {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw new Error(`The passwords of the embedded PostgreSQL in ${file} cannot be read: ${(error as Error).message}`);
  }
}
