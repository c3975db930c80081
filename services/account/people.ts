// Who has what to do with accounts today.
import type { Context } from './context.ts';
import type { People } from './domain/standing.ts';
import { peopleFrom, selectPeople } from './people-tables.ts';

/** Who has what to do with accounts today, by the accounts' ids; and which day that is. */
export async function readPeople(
  { clock, database }: Pick<Context, 'clock' | 'database'>,
  ids: readonly string[],
): Promise<{ readonly date: string; readonly people: ReadonlyMap<string, People> }> {
  const { openDate } = await clock.read();
  const date = openDate.toString();
  if (ids.length === 0) return { date, people: new Map() };
  const rows = await database.query(selectPeople([...new Set(ids)], date));
  return { date, people: new Map(rows.map((row) => [row.id, peopleFrom(row)])) };
}
