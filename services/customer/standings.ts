// What customers may do: told by events, which the account service goes by.
import { LockMode } from '@mikro-orm/core';
import { ownCall } from '#chassis/call-context.ts';
import type { CommandTx } from '#chassis/command.ts';
import { insertOutbox, type OutboxEvent, outboxEvent } from '#chassis/outbox.ts';
import { repeat } from '#chassis/repeat.ts';
import type { Context } from './context.ts';
import { restricts } from './domain/hits.ts';
import { publishStanding } from './events.ts';
import { selectParts, selectSurvivors } from './merge-tables.ts';
import { SanctionsHitRow } from './screening-tables.ts';
import { CustomerRow, selectUntold } from './tables.ts';

const EVERY_MS = 1_000;
const AT_ONCE = 100;

/** Counts another standing of a customer, whose row is locked, and tells it. */
export function changeStanding(
  tx: Pick<CommandTx, 'publish'>,
  row: CustomerRow,
  changes: Partial<Pick<CustomerRow, 'restricted' | 'tierCode'>>,
): void {
  Object.assign(row, changes);
  row.standingVersion += 1;
  publishStanding(tx, row);
}

/**
 * Restricts customers, whose rows are locked, as their hits have it now, and lifts it where they have none any more. What is found of who was
 * merged into somebody is found of that one: they are one and the same.
 */
export async function restrictByHits(
  { em, query, publish }: Pick<CommandTx, 'em' | 'query' | 'publish'>,
  ids: readonly string[],
): Promise<void> {
  const others = (await query(selectSurvivors(ids))).map(({ id }) => id);
  // As they are now: who else changes them waits.
  const lock = { lockMode: LockMode.PESSIMISTIC_WRITE, refresh: true, orderBy: { id: 'asc' } } as const;
  if (others.length > 0) await em.find(CustomerRow, { id: { $in: others } }, lock);
  const all = [...ids, ...others];
  const parts = await query(selectParts(all));
  const hits = await em.find(SanctionsHitRow, { customerId: { $in: parts.map(({ partId }) => partId) } });
  const found = new Set(hits.filter(({ state }) => restricts(state)).map(({ customerId }) => customerId));
  const restricted = new Set(parts.filter(({ partId }) => found.has(partId)).map(({ id }) => id));
  // As they are now, and not as they were when this transaction first read them.
  const rows = await em.find(CustomerRow, { id: { $in: all } });
  for (const row of rows) {
    const isNow = restricted.has(row.id);
    if (row.restricted === isNow) continue;
    changeStanding({ publish }, row, { restricted: isNow });
    // It is a risk of theirs as well.
    row.assessedVersion = 0;
  }
}

/** Tells of those who were restricted before that was told, until there are none, or it is stopped. */
export function tellStandings(context: Context): () => Promise<void> {
  let stopped = false;
  const work = async () => {
    while (!stopped && (await tellSome(context)) === AT_ONCE);
  };
  const stop = repeat(EVERY_MS, work, context.log, 'what customers may do is still to be told');
  return async () => {
    stopped = true;
    await stop();
  };
}

async function tellSome({ database, log }: Context): Promise<number> {
  const ids = (await database.query(selectUntold(AT_ONCE))).map(({ id }) => id);
  if (ids.length === 0) return 0;
  await database.transaction(async ({ em, query }) => {
    const untold = { id: { $in: ids }, restricted: true, standingVersion: 0 };
    const rows = await em.find(CustomerRow, untold, { lockMode: LockMode.PESSIMISTIC_WRITE, orderBy: { id: 'asc' } });
    const events: OutboxEvent[] = [];
    const call = ownCall('customer', log);
    const publish: CommandTx['publish'] = (schema, event, aggregate) => {
      events.push(outboxEvent(schema, event, aggregate, call));
    };
    for (const row of rows) changeStanding({ publish }, row, {});
    await em.flush();
    if (events.length > 0) await query(insertOutbox(events));
  });
  return ids.length;
}
