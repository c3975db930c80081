// What a handler of the ledger may touch.
import path from 'node:path';
import type { House } from '#chassis/boot.ts';
import { signingKey } from '#chassis/signing-key.ts';
import { type Chain, openChain } from './chain.ts';
import { type Checkpoints, openCheckpoints } from './checkpoints.ts';
import type { LedgerClock } from './clock.ts';
import { ledgerClock } from './clock.ts';
import type { Wiring } from './domain/wiring.ts';
import { type KnownTime, knownTime } from './known-time.ts';
import { type Lane, openLane } from './posting.ts';
import { type Watching, watchingOf } from './watching.ts';
import { wiringOf } from './wiring.ts';

export interface Context extends House {
  readonly lane: Lane;
  readonly chain: Chain;
  readonly checkpoints: Checkpoints;
  readonly clock: LedgerClock;
  readonly knownTime: KnownTime;
  readonly watching: Watching;
  /** The wiring of the general ledger. Throws when it is not whole. */
  readonly wiring: () => Promise<Wiring>;
}

/** Makes the context of one ledger process. */
export function makeContext(house: House): Context {
  const { database, config, keys, objects, log } = house;
  const wiring = wiringOf(database);
  const chain = openChain(database, keys.secret('block'), log);
  const lane = openLane(house, wiring, chain);
  const key = () => signingKey(path.join(config.DATA_DIR, 'keyring'), 'ledger-checkpoints');
  const watching = watchingOf(database, log);
  return {
    ...house,
    // Whoever watches hears of what is booked here at once.
    lane: { ...lane, submit: (group) => lane.submit(group).finally(watching.wake) },
    watching,
    chain,
    checkpoints: openCheckpoints(objects, key, log),
    clock: ledgerClock(database, config.BANK_TIME_ZONE),
    knownTime: knownTime(database),
    wiring,
  };
}
