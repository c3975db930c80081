// The bank's clock, and the timers that turn its days and expire holds. The clock may be set in development and sandboxes: then it is the
// real time and an offset, which is kept in the database.
import { sql } from 'kysely';
import type { Database } from '#chassis/database.ts';
import { Refusal } from '#chassis/errors.ts';
import type { Logger } from '#chassis/log.ts';
import { repeat } from '#chassis/repeat.ts';

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
  const now = async (): Promise<Temporal.Instant> => Temporal.Instant.fromEpochMilliseconds(await readClock(database));
  return {
    timeZone,
    now,
    today: async () => (await now()).toZonedDateTimeISO(timeZone).toPlainDate(),
  };
}

/** The time of the bank's clock, in milliseconds since the epoch. */
export async function readClock(database: Pick<Database, 'query'>): Promise<number> {
  const [row] = await database.query(sql<{ offset: string }>`select offset_ms as offset from clock_setting`);
  return Date.now() + Number(row?.offset ?? 0);
}

/** Opens the first business date, today's, if the ledger has none yet. Of processes that begin together, one does. */
export async function openFirstDay(database: Database, clock: LedgerClock): Promise<void> {
  const today = (await clock.today()).toString();
  await database.transaction(async ({ query }) => {
    // By itself the insert may miss the day of another process, which the guard of days then sees.
    await query(sql`select pg_advisory_xact_lock(hashtextextended('the first business day', 0))`);
    await query(sql`
      insert into business_day (date, state) select ${today}::date, 'open' where not exists (select from business_day)
    `);
  });
}

const CHECK_MS = 1_000;

/**
 * Does what the time asks for every second, one at a time: days are closed and opened as midnight passes, holds expire,
 * and what was missed is made up for at the next start. (When the day has a checklist of its own, that takes the place of
 * the day's timer.)
 */
export function startTimer(what: string, work: () => Promise<void>, log: Logger): () => Promise<void> {
  const quietly = () =>
    work().catch((error: unknown) => {
      // Another ledger process was faster: the next second tells.
      if (!(error instanceof Refusal)) throw error;
    });
  return repeat(CHECK_MS, quietly, log, `the timer could not ${what}`);
}
