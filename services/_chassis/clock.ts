// The bank's clock is the ledger's. Every other service reads it from there; nobody asks the machine for the time of business.
import type { GetBusinessDateResponse } from '#gen/bank/ledger/v1/ledger_service_pb.ts';

/** The time and the business date of the bank. */
export interface BusinessTime {
  /** The day that is open. */
  readonly openDate: Temporal.PlainDate;
  /** The instant on the bank's clock, which may be set in development and sandboxes. */
  readonly now: Temporal.Instant;
}

/** Reads the bank's clock. */
export interface BusinessClock {
  read(): Promise<BusinessTime>;
}

/** So long a service may go on by the time that it has read. */
export const FRESH_MS = 250;

/**
 * A clock that asks `read` (the ledger's GetBusinessDate) at most every quarter of a second, so that a day's turn is
 * seen by everybody within that time.
 */
export function businessClock(read: () => Promise<BusinessTime>): BusinessClock {
  let last: { at: number; time: Promise<BusinessTime> } | undefined;
  return {
    async read() {
      const elapsed = last ? performance.now() - last.at : Number.POSITIVE_INFINITY;
      if (!last || elapsed > FRESH_MS) {
        last = { at: performance.now(), time: read() };
        last.time.catch(() => {
          last = undefined;
        });
        return last.time;
      }
      const { openDate, now } = await last.time;
      return { openDate, now: now.add({ milliseconds: Math.round(elapsed) }) };
    },
  };
}

/** The clock that the ledger's GetBusinessDate tells. */
export function ledgerClock(ask: () => Promise<GetBusinessDateResponse>): BusinessClock {
  return businessClock(async () => {
    const { openDate, clockTime } = await ask();
    const ms = clockTime ? Number(clockTime.seconds) * 1_000 + clockTime.nanos / 1_000_000 : 0;
    return {
      openDate: Temporal.PlainDate.from(openDate),
      now: Temporal.Instant.fromEpochMilliseconds(Math.floor(ms)),
    };
  });
}
