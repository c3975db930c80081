// What a handler of the ledger may touch.
import type { House } from '#chassis/boot.ts';
import type { LedgerClock } from './clock.ts';
import { ledgerClock } from './clock.ts';
import { type Lane, openLane } from './posting.ts';

export interface Context extends House {
  readonly lane: Lane;
  readonly clock: LedgerClock;
}

/** Makes the context of one ledger process. */
export function makeContext(house: House): Context {
  return { ...house, lane: openLane(house.database), clock: ledgerClock(house.database, house.config.BANK_TIME_ZONE) };
}
