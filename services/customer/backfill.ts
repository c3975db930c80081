// The terms by which customers are found, made anew for those whose terms are of an older version.
import { LockMode } from '@mikro-orm/core';
import { repeat } from '#chassis/repeat.ts';
import type { Context } from './context.ts';
import { termsOf } from './domain/search.ts';
import { hashTerms } from './hashes.ts';
import { openProfile } from './profile.ts';
import { CustomerRow, markCurrent, replaceTerms, SEARCH_VERSION, selectOutdated } from './tables.ts';

const EVERY_MS = 1_000;
const AT_ONCE = 100;

/** Renews terms until there are none to renew, or it is stopped. A process of an older version may still make some. */
export function renewTerms(context: Context): () => Promise<void> {
  let stopped = false;
  const work = async () => {
    while (!stopped && (await renewSome(context)) === AT_ONCE);
  };
  const stop = repeat(EVERY_MS, work, context.log, 'what customers are found by is still to be renewed');
  return async () => {
    stopped = true;
    await stop();
  };
}

/** Renews some, whoever else does so; answers how many it looked at. Who was erased has nothing left to be found by. */
async function renewSome({ database, vault }: Context): Promise<number> {
  const ids = (await database.query(selectOutdated(AT_ONCE))).map(({ id }) => id);
  if (ids.length === 0) return 0;
  await Promise.all(ids.map((id) => vault.ready(id)));
  await database.transaction(async ({ em, query }) => {
    const rows = await em.find(
      CustomerRow,
      // Looked at again under the lock: who was erased meanwhile is current, and what their names hash to does not come back.
      { id: { $in: ids }, searchVersion: { $lt: SEARCH_VERSION } },
      { lockMode: LockMode.PESSIMISTIC_WRITE, orderBy: { id: 'asc' } },
    );
    for (const row of rows) {
      const particulars = await openProfile(vault, row);
      await query(replaceTerms(row.id, hashTerms(vault, particulars ? termsOf(particulars) : [])));
    }
    await query(markCurrent(ids));
  });
  return ids.length;
}
