// What is used of limits, once nobody is held to it any more: what holds of cards that have expired had reserved is given back, and what is of
// periods long past is forgotten.
import { type RawBuilder, sql } from 'kysely';
import { sqlArray } from '#chassis/sql-array.ts';
import type { Context } from './context.ts';
import { settleReservations } from './usage.ts';

/** Two months: the longest period, and another one for what was ordered in it and is booked later. */
const KEPT_DAYS = 62;
const AT_ONCE = 1_000;

/** Makes a function that gives back and forgets what is due, so much at once that nobody waits for it. */
export function forgetUsage({ clock, database }: Pick<Context, 'clock' | 'database'>): () => Promise<void> {
  return async () => {
    const { openDate, now } = await clock.read();
    for (let expired = await some(); expired.length > 0; expired = await some()) {
      await database.query(settleReservations(expired.map(({ id }) => ({ id, bookingDate: null }))));
    }
    const until = openDate.subtract({ days: KEPT_DAYS }).toString();
    await allOf(() => database.query(deleteReservations(until)));
    await allOf(() => database.query(deleteUsage(until)));

    function some() {
      return database.query(selectExpired(now.toString()));
    }
  };
}

async function allOf(some: () => Promise<readonly unknown[]>): Promise<void> {
  while ((await some()).length === AT_ONCE);
}

/** What was asked by cards, is not booked, and is held no more: its hold has expired, and not so long ago that nothing of it is left. */
function selectExpired(now: string): RawBuilder<{ id: string }> {
  return sql<{ id: string }>`
    select c.id from card_authorization c
    where c.state = 'approved' and not c.busy and c.expire_time < ${now}::timestamptz
      and c.expire_time > ${now}::timestamptz - make_interval(days => ${KEPT_DAYS}::integer)
      and exists (select from limit_reservation r where r.transaction_id = c.id)
    limit ${AT_ONCE}
  `;
}

/** Forgets what was reserved on dates up to one and may have come back, and did not. What is under way keeps it. */
function deleteReservations(until: string): RawBuilder<unknown> {
  return sql`
    delete from limit_reservation where (transaction_id, subject) in (
      select r.transaction_id, r.subject from limit_reservation r left join transaction t on t.id = r.transaction_id
      where r.date < ${until}::date and not coalesce(t.state = any(${sqlArray(UNDER_WAY)}::text[]), false)
      limit ${AT_ONCE}
    )
    returning 1
  `;
}

const UNDER_WAY = ['pending', 'under_review', 'awaiting_signatures'];

/** Forgets what was used of periods that began before a date. */
function deleteUsage(until: string): RawBuilder<unknown> {
  return sql`
    delete from limit_usage where (subject, period, date, currency) in (
      select subject, period, date, currency from limit_usage where date < ${until}::date limit ${AT_ONCE}
    )
    returning 1
  `;
}
