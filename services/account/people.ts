// Who has what to do with accounts today, and what a customer who calls may do on one.
import type { Call } from '#chassis/call-context.ts';
import { Audience } from '#gen/bank/options/v1/options_pb.ts';
import type { Context } from './context.ts';
import { refuse } from './domain/refusals.ts';
import { type People, standingOf } from './domain/standing.ts';
import type { MandateAction } from './domain/words.ts';
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

/** Refuses what a customer who calls may not do on an account today, or not alone. Staff have seen their signatures. */
export async function checkStanding(
  context: Pick<Context, 'clock' | 'database'>,
  accountId: string,
  action: MandateAction,
  { principal }: Call,
): Promise<void> {
  if (principal?.audience !== Audience.CHANNEL) return;
  const { date, people } = await readPeople(context, [accountId]);
  const its = people.get(accountId);
  if (!its) throw refuse('ACCOUNT_NOT_FOUND');
  const { kind } = standingOf(its, principal.partyId, { action, amount: 0n, date });
  if (kind === 'WITH_OTHERS') throw refuse('SIGNATURES_REQUIRED');
}
