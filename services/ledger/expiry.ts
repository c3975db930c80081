// The expiry of holds, by the bank's clock: recorded once, by whichever ledger process comes first, and after downtime.
import { ownCall } from '#chassis/call-context.ts';
import { readClock } from './clock.ts';
import type { Context } from './context.ts';
import { selectDueHolds } from './hold-tables.ts';

const DUE_MAX = 1_000;

/** Expires every hold whose time has passed. The lane looks again under the locks: what is done by then is left alone. Answers how many were due. */
export async function expireHolds({ database, lane, log }: Context): Promise<number> {
  for (let count = 0; ; ) {
    const due = await database.query(selectDueHolds(new Date(await readClock(database)), DUE_MAX));
    if (due.length === 0) return count;
    count += due.length;
    const call = ownCall('ledger', log);
    await lane.submit({ hold: { expire: due.map(({ id }) => id) }, call, deadline: call.deadline });
  }
}
