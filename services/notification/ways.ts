// Which ways notices go, and when: as each customer chose, of the ways that there are.
import type { Database, Tx } from '#chassis/database.ts';
import { nextDigest } from './domain/digest.ts';
import { waysOf } from './domain/preferences.ts';
import type { Telling } from './domain/telling.ts';
import type { Channel } from './domain/words.ts';
import { type NewNotice, preferencesOf, selectPreferences } from './tables.ts';

/** A telling that is addressed, but for its ways. */
type Told = Telling & { readonly occurMs: number };

/** Adds to each telling the ways that it goes. Without a provider nobody is asked for. */
export async function addressed<T extends Told>(
  from: Pick<Database | Tx, 'query'>,
  tellings: readonly T[],
  { open, timeZone }: { readonly open: readonly Channel[]; readonly timeZone: string },
): Promise<(T & NewNotice)[]> {
  const partyIds = [...new Set(tellings.map(({ partyId }) => partyId))];
  const isAsked = open.length > 0 && partyIds.length > 0;
  const rows = isAsked ? await from.query(selectPreferences(partyIds)) : [];
  const chosen = new Map(rows.map((row) => [row.partyId, preferencesOf(row, timeZone)]));
  const now = Temporal.Now.instant();
  return tellings.map((one) => {
    const preferences = chosen.get(one.partyId) ?? preferencesOf(null, timeZone);
    // Of members of staff nobody knows where they could be written to.
    const chosenWays = one.topic === 'approvals' ? [] : waysOf(preferences.choices, one.topic);
    const ways = chosenWays.filter(({ channel }) => open.includes(channel));
    return {
      ...one,
      ways: ways.map(({ channel, rhythm }) => {
        const due = nextDigest(now, rhythm, preferences);
        return { channel, ...(due && { due: due.toString() }) };
      }),
    };
  });
}
