// How often it may be asked whose accounts are, how long an answer counts, and how long a payee is new.
import { NameMatch } from '#gen/bank/type/v1/name_match_pb.ts';

export type NameMatchWord = 'MTCH' | 'CMTC' | 'NMTC' | 'NOAP';

/** An answer as it is stored. */
export function wordOf(match: NameMatch): NameMatchWord {
  const found = Object.entries(NameMatch).find(([, value]) => value === match)?.[0];
  if (found === undefined || found === 'UNSPECIFIED') return 'NOAP';
  return found as NameMatchWord;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** So often a customer may ask within a day: who guesses names gets nowhere, and who pays bills is not held up. */
export const ASKED_MAX = 30;
export const PAYEES_MAX = 500;
const COOLING_OFF_HOURS = 24;

/** From when what was asked counts. */
export function askedSince(nowMs: number): number {
  return nowMs - DAY_MS;
}

/** In how many seconds the next can be asked, the times of those that count the first one first; undefined: now. */
export function secondsToWait(asked: readonly number[], nowMs: number): number | undefined {
  const first = asked.at(-ASKED_MAX);
  return first === undefined ? undefined : Math.max(1, Math.ceil((first + DAY_MS - nowMs) / 1000));
}

/** Until when payments can be ordered by an answer. */
export function expiryOf(createMs: number): number {
  return createMs + DAY_MS;
}

/** Until when a payee is new. */
export function coolingOffEnd(nowMs: number, hours: number | undefined): number {
  return nowMs + (hours ?? COOLING_OFF_HOURS) * HOUR_MS;
}
