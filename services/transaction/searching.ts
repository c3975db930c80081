// Finds orders by their texts. They are sealed under the keys of parties, so that no index can have them: those that the other filters leave are opened, the
// newest first, and so many at most that nobody waits for long.
import type { Context } from './context.ts';
import { fold } from './domain/texts.ts';
import { openParticulars } from './particulars.ts';
import { type OrderFilter, selectParticulars } from './tables.ts';

const CHUNK = 2_000;
const LOOKED_THROUGH_MAX = 10_000;

/** What was found, and after which order to go on; undefined where there are no more. */
export interface Found {
  readonly ids: readonly string[];
  readonly next: string | undefined;
}

/** Finds the newest orders, at most `limit`, whose texts contain one. */
export async function findByText(
  { database, vault }: Pick<Context, 'database' | 'vault'>,
  filter: OrderFilter,
  text: string,
): Promise<Found> {
  const wanted = fold(text);
  const ids: string[] = [];
  let { after } = filter;
  for (let looked = 0; looked < LOOKED_THROUGH_MAX; looked += CHUNK) {
    const rows = await database.query(selectParticulars({ ...filter, after, limit: CHUNK }));
    const opened = await Promise.all(rows.map(({ particulars }) => openParticulars(vault, particulars)));
    for (const [index, { id }] of rows.entries()) {
      const { remittanceInformation = '', counterparty = '' } = opened[index] ?? {};
      after = id;
      if (!fold(remittanceInformation).includes(wanted) && !fold(counterparty).includes(wanted)) continue;
      ids.push(id);
      if (ids.length === filter.limit) return { ids, next: after };
    }
    if (rows.length < CHUNK) return { ids, next: undefined };
  }
  return { ids, next: after };
}
