// When the ledger came to know what: one clock, the database's, for all of its processes. Who asks what was known at an
// instant waits for the open batches that could still become known by then, and nobody waits for him.
import { setTimeout as pause } from 'node:timers/promises';
import type { Timestamp } from '@bufbuild/protobuf/wkt';
import { sql } from 'kysely';
import type { Call } from '#chassis/call-context.ts';
import type { Database, Tx } from '#chassis/database.ts';
import { invalid, refuseCall } from '#chassis/errors.ts';
import { refuse } from './domain/refusals.ts';

/**
 * Takes the time at which this transaction's journals become known, in whole milliseconds. Called under the locks of their
 * accounts, it is no earlier than that of any entry before them.
 */
export async function takeKnownTime(tx: Pick<Tx, 'query'>): Promise<Date> {
  const [row] = await tx.query(sql<{ time: string }>`select take_known_time()::text as time`);
  if (!row) throw new Error('the database has no time');
  return new Date(row.time);
}

/** The horizon of what is known. */
export interface KnownTime {
  /**
   * Waits until what was known at an instant can no longer change. Answers the instant as the database writes it, in whole
   * milliseconds, as all known times are. Refuses KNOWN_AT_IN_FUTURE.
   */
  settled(instant: Timestamp, call: Pick<Call, 'deadline'>): Promise<string>;
}

const MARGIN_MS = 20;
const PAUSE_MIN_MS = 2;
const PAUSE_MAX_MS = 50;
/** Of instants before the first and after the last year that a date can have, these are asked about instead. */
const FIRST_MS = Date.parse('0001-01-01T00:00:00Z');
const LAST_MS = Date.parse('9999-12-31T00:00:00Z');

/** Keeps the horizon of one ledger process. */
export function knownTime(database: Database): KnownTime {
  // Once settled, an instant stays settled, and so does every one before it.
  let settledMs = Number.NEGATIVE_INFINITY;
  return {
    async settled(instant, call) {
      const ms = millisecondsOf(instant);
      const text = new Date(ms).toISOString();
      if (ms > settledMs) {
        const [row] = await database.query(
          sql<{ passed: boolean }>`select pass_known_time(${text}::timestamptz) as passed`,
        );
        if (!row?.passed) throw refuse('KNOWN_AT_IN_FUTURE');
        await untilWritersAreDone(database, call);
        settledMs = Math.max(settledMs, ms);
      }
      return text;
    },
  };
}

/**
 * Waits for the transactions that are writing now. Each has its number before it takes the time, so one that is not seen
 * here either has committed, or will see that the instant was asked about, and become known after it.
 */
async function untilWritersAreDone(database: Database, call: Pick<Call, 'deadline'>): Promise<void> {
  let waitFor: ReadonlySet<string> | undefined;
  for (let wait = PAUSE_MIN_MS; ; wait = Math.min(2 * wait, PAUSE_MAX_MS)) {
    const rows = await database.query(sql<{ xid: string }>`
      select backend_xid::text as xid from pg_stat_activity
      where datname = current_database() and usename = current_user and backend_xid is not null
        and pid <> pg_backend_pid()
    `);
    const working = rows.map(({ xid }) => xid);
    waitFor = new Set(waitFor ? working.filter((xid) => waitFor?.has(xid)) : working);
    if (waitFor.size === 0) return;
    if (Date.now() + wait + MARGIN_MS > call.deadline) throw refuseCall('DEADLINE_PASSED');
    await pause(wait);
  }
}

function millisecondsOf({ seconds, nanos }: Timestamp): number {
  if (nanos < 0 || nanos > 999_999_999) throw invalid([{ field: 'known_at', description: 'This is no instant.' }]);
  const ms = seconds * 1_000n + BigInt(Math.floor(nanos / 1_000_000));
  if (ms < BigInt(FIRST_MS)) return FIRST_MS;
  return ms > BigInt(LAST_MS) ? LAST_MS : Number(ms);
}
