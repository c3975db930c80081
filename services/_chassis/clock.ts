// The bank's clock is the ledger's. Every other service reads it from there; nobody asks the machine for the time of business.

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

const FRESH_MS = 250;

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
