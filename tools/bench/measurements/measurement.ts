// What every measurement has.
import type { Work } from '../load.ts';
import type { Spread } from '../spread.ts';
import type { KnownWorld } from '../world.ts';

/** What is called again and again. */
export interface Target {
  readonly work: Work;
  close(): void | Promise<void>;
}

/** One thing to measure. */
export interface Measurement {
  /** How many calls are in flight when the maximum is looked for. */
  readonly inFlight: number;
  /** How many transfers or reads one call is. */
  readonly size: number;
  open(world: KnownWorld, accounts: Spread): Target | Promise<Target>;
}
