import { readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { runsAsRoot } from './paths.ts';
import type { Account } from './processes.ts';

/** Accounts that exist on common systems, best first; none is ever created. */
const CANDIDATES = ['postgres', '_postgres', 'nobody', 'daemon'];

/** The account under which servers run: for root an existing unprivileged one, for an ordinary user undefined (its own). */
export function serverAccount(): Account | undefined {
  if (!runsAsRoot()) return undefined;
  const accounts = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .map(([name = '', , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }));
  for (const name of CANDIDATES) {
    const account = accounts.find((entry) => entry.name === name && entry.uid > 0);
    if (account) return account;
  }
  throw new Error(
    `PostgreSQL does not run as root, and none of the accounts ${CANDIDATES.join(', ')} exists. Run this as an ordinary user.`,
  );
}

/** Throws a sentence when the account cannot pass through every folder down to `directory`. */
export function checkReachable(directory: string, account: Account | undefined): void {
  if (account === undefined) return;
  for (let path = directory; ; path = dirname(path)) {
    const { uid, mode } = statSync(path);
    if ((mode & 0o001) === 0 && !(uid === account.uid && (mode & 0o100) !== 0)) {
      throw new Error(
        `The account ${account.name}, which runs PostgreSQL for root, cannot enter ${path}. Set COREBANK_DATA_DIR to a folder that it can reach.`,
      );
    }
    if (path === dirname(path)) return;
  }
}
