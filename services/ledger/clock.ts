// The bank's clock, and the timer that turns its days. The clock may be set in development and sandboxes: then it is the
// real time and an offset, which is kept in the database.
import { sql } from 'kysely';
import type { Database } from '#chassis/database.ts';
import { Refusal } from '#chassis/errors.ts';
import type { Logger } from '#chassis/log.ts';

/** The clock of the ledger. */
export interface LedgerClock {
  /** The time zone in which days begin. */
  readonly timeZone: string;
  now(): Promise<Temporal.Instant>;
  /** The day of the calendar that it is now. */
  today(): Promise<Temporal.PlainDate>;
}

/** Reads the clock of a ledger. */
export function ledgerClock(database: Database, timeZone: string): LedgerClock {
  const now = async (): Promise<Temporal.Instant> => {
    const [row] = await database.query(sql<{ offset: string }>`select offset_ms as offset from clock_setting`);
    return Temporal.Now.instant().add({ milliseconds: Number(row?.offset ?? 0) });
  };
  return {
    timeZone,
    now,
    today: async () => (await now()).toZonedDateTimeISO(timeZone).toPlainDate(),
  };
}

/** Opens the first business date, today's, if the ledger has none yet. */
export async function openFirstDay(database: Database, clock: LedgerClock): Promise<void> {
  const today = (await clock.today()).toString();
  await database.query(sql`
    insert into business_day (date, state)
    select ${today}::date, 'open' where not exists (select from business_day)
    on conflict do nothing
  `);
}

const CHECK_MS = 1_000;

/**
 * Calls `turn` every second, one at a time, so that days are closed and opened as midnight passes, and missed days at
 * the next start. (When the day has a checklist of its own, that takes the timer's place.)
 */
export function startDayTimer(turn: () => Promise<void>, log: Logger): () => Promise<void> {
  let turning: Promise<void> | undefined;
  const timer = setInterval(() => {
    turning ??= turn()
      .catch((error: unknown) => {
        // Another ledger process turned the day first, or the database is away: the next second tells.
        if (!(error instanceof Refusal)) log.warn({ err: error }, 'the day could not be turned');
      })
      .finally(() => {
        turning = undefined;
      });
  }, CHECK_MS);
  return async () => {
    clearInterval(timer);
    await turning;
  };
}
