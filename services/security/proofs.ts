// How somebody proves that they are who has the credentials. Every way to try a password or a code goes through here.

import type { RawBuilder } from 'kysely';
import type { Call } from '#chassis/call-context.ts';
import type { CommandTx } from '#chassis/command.ts';
import type { Context } from './context.ts';
import { mayTry, nextTry } from './domain/lockout.ts';
import { refuse } from './domain/refusals.ts';
import { type Factor, factorOf } from './second-factor.ts';
import { bumpVersion, type Credential, lockByParty, setFailures, takeFailureBack } from './tables.ts';

/** Credentials as they were when they were tried; the failures are those before. */
export interface Tried {
  readonly found: Credential | undefined;
  readonly mayTry: boolean;
}

/**
 * Counts a try as a failure before its password or code is looked at, in a transaction of its own: so of many at once,
 * none is looked at that was too early. Who was right takes it back. One that is too early is no guess, so it does not
 * count: quick ones would lock somebody out.
 */
export async function countTry({ database, now }: Context, lock: RawBuilder<Credential>): Promise<Tried> {
  return database.transaction(async (tx) => {
    const [found] = await tx.query(lock);
    const at = now();
    if (!found || !mayTry(found.failures, found.nextTryMs, at)) return { found, mayTry: false };
    const failures = found.failures + 1;
    await tx.query(setFailures(found.id, failures, nextTry(failures, at)));
    return { found, mayTry: true };
  });
}

/** Takes back that a try was counted which was not wrong, unless another was counted since. */
export async function takeBack({ database, now }: Context, { id, failures }: Credential): Promise<void> {
  await database.transaction(async (tx) => void (await tx.query(takeFailureBack(id, failures + 1, now()))));
}

/** Credentials that somebody proved to be theirs, and the factor that is to be used up. */
export interface Proved {
  readonly credential: Credential;
  readonly factor: Factor;
}

/** What whoever is logged in proves again, by their password and, where one is asked for, a code. Refuses PROOF_REFUSED. */
export async function proveAgain(
  context: Context,
  call: Call,
  { password, code }: { password: string; code?: string },
): Promise<Proved> {
  const { found, mayTry: isLetThrough } = await countTry(context, lockByParty(call.principal?.partyId ?? ''));
  // Who is logged in may see by the time it takes whether they have a password, and whether they are too early.
  const isRight = isLetThrough && (await context.passwords.verify(found?.passwordHash, password));
  if (!found || !isRight) throw refuse('PROOF_REFUSED');
  const factor: Factor | 'missing' | undefined =
    code === undefined ? { kind: 'none' } : await factorOf(context, found.partyId, code);
  if (!factor || factor === 'missing') throw refuse('PROOF_REFUSED');
  await takeBack(context, found);
  return { credential: found, factor };
}

/**
 * Whether credentials that were proved are still the same; locks them. Between the proof and here they may have been
 * replaced, which was to end everything that the old ones can do.
 */
export async function stillStand(tx: CommandTx, { partyId, version }: Credential): Promise<boolean> {
  const [current] = await tx.query(lockByParty(partyId));
  return current?.version === version;
}

/** Takes credentials to their next version, of which there is one event; answers it. */
export async function nextVersion(tx: CommandTx, { id, version }: Credential): Promise<number> {
  await tx.execute(bumpVersion(id));
  return version + 1;
}
