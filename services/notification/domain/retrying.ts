// What becomes of a delivery that failed.

/** After so many tries, about nine hours after the first, a delivery is given up. */
export const ATTEMPTS_MAX = 15;
const FIRST_MS = 1_000;
const LONGEST_MS = 3_600_000;

/** How long to wait after so many tries, each time twice as long, up to an hour; undefined when it is given up. */
export function pauseAfter(attempts: number): number | undefined {
  if (attempts >= ATTEMPTS_MAX) return undefined;
  return Math.min(LONGEST_MS, FIRST_MS * 2 ** (attempts - 1));
}
