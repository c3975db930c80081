// How somebody proves that they are who has the credentials. Every way to try a password or a code goes through here.

import type { RawBuilder } from 'kysely';
import type { Call } from '#chassis/call-context.ts';
import type { CommandTx } from '#chassis/command.ts';
import type { Context } from './context.ts';
import { mayTry, nextTry } from './domain/lockout.ts';
import { refuse } from './domain/refusals.ts';
import { type Factor, factorOf } from './second-factor.ts';
import { bumpVersion, type Credential, lockByCustomer, setFailures, takeFailureBack } from './tables.ts';

/** Credentials as they were when they were tried; the failures are those before. */
export interface Tried {
  readonly found: Credential | undefined;
  readonly mayTry: boolean;
}

/**
 * Counts a try as a failure before its password or code is looked at, in a transaction of its own: so many at once are
 * all counted, and none sees the answer to a try that it was too early for. `proved` forgets it.
 */
export async function countTry({ database, now }: Context, lock: RawBuilder<Credential>): Promise<Tried> {
  const found = await database.transaction(async (tx) => {
    const [one] = await tx.query(lock);
    if (!one) return undefined;
    const failures = one.failures + 1;
    await tx.query(setFailures(one.id, failures, nextTry(failures, now())));
    return one;
  });
  return { found, mayTry: found !== undefined && mayTry(found.failures, found.nextTryMs, now()) };
}

/** Forgets a counted try that was neither right nor wrong, unless another was counted since. */
export async function takeBack({ database, now }: Context, { id, failures }: Credential): Promise<void> {
  await database.transaction(async (tx) => void (await tx.query(takeFailureBack(id, failures + 1, now()))));
}

/** The credentials of the customer who calls, when the password is theirs. Refuses PROOF_REFUSED. */
export async function provePassword(context: Context, call: Call, password: string): Promise<Credential> {
  const { found, mayTry: isLetThrough } = await countTry(context, lockByCustomer(call.principal?.partyId ?? ''));
  const isRight = await context.passwords.verify(isLetThrough ? found?.passwordHash : undefined, password);
  if (!found || !isRight) throw refuse('PROOF_REFUSED');
  return found;
}

/** The factor that a code is, after the password was right. Refuses PROOF_REFUSED. */
export async function proveCode(context: Context, { customerId }: Credential, code: string): Promise<Factor> {
  const factor = await factorOf(context, customerId, code);
  if (!factor || factor === 'missing') throw refuse('PROOF_REFUSED');
  return factor;
}

/**
 * Whether credentials that were proved are still the same; locks them. Between the proof and here they may have been
 * replaced, which was to end everything that the old ones can do.
 */
export async function stillStand(tx: CommandTx, { customerId, version }: Credential): Promise<boolean> {
  const [current] = await tx.query(lockByCustomer(customerId));
  return current?.version === version;
}

/** Forgets the failures of credentials that were proved. */
export async function forgetFailures({ now }: Context, tx: CommandTx, { id }: Credential): Promise<void> {
  await tx.execute(setFailures(id, 0, now()));
}

/** Takes credentials to their next version, of which there is one event; answers it. */
export async function nextVersion(tx: CommandTx, { id, version }: Credential): Promise<number> {
  await tx.execute(bumpVersion(id));
  return version + 1;
}
