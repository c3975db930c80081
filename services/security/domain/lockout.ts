// How long wrong passwords make the next try wait.

const FREE = 2;
const LONGEST_SECONDS = 15 * 60;
/** NIST SP 800-63B-4, 3.2.2: no more than 100 failures in a row. */
const MOST = 100;

/** The earliest time of the next try after so many failures in a row. */
export function nextTry(failures: number, now: Date): Date {
  const seconds = failures <= FREE ? 0 : Math.min(2 ** (failures - FREE), LONGEST_SECONDS);
  return new Date(now.getTime() + seconds * 1_000);
}

/** Whether a try is let through to the password, after so many failures in a row and with the next try at this time (ms). */
export function mayTry(failures: number, nextTryMs: number, now: Date): boolean {
  return failures < MOST && now.getTime() >= nextTryMs;
}
