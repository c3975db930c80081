// Who watches something that grows waits here. One statement asks for all that is watched whether it has moved, several times a
// second and only while somebody watches; a watcher is told that theirs has, and reads what is new themselves.
import { setTimeout as pause } from 'node:timers/promises';
import { makeBell } from './bell.ts';
import type { Refusal } from './errors.ts';
import type { Logger } from './log.ts';

/** How far something has come: what is new of it is numbered from 1. */
export interface Head {
  readonly lastNumber: number;
}

/** One who watches something. */
export interface Watcher<H extends Head> {
  /** How far it has come. */
  head(): H;
  /** Waits until it has moved, or a while has passed in which it has not, or it is over. */
  moved(): Promise<void>;
  leave(): void;
}

/** The watchers of one process. */
export interface Watching<H extends Head> {
  /** Begins to watch something. Throws `tooMany`. */
  join(id: string, signal: AbortSignal): Promise<Watcher<H>>;
}

/** What is watched, and how. */
export interface Watched<H extends Head> {
  /** Reads how far these have come; of which nothing is known, nothing has come. */
  readonly heads: (ids: readonly string[]) => Promise<ReadonlyMap<string, H>>;
  /** How far something has come that nothing is known of. */
  readonly none: H;
  readonly isSame: (one: H, other: H) => boolean;
  readonly tooMany: () => Refusal;
  readonly log: Logger;
}

/** With one watcher more, streams would take more than half of what a connection carries at once. */
const WATCHERS_MAX = 500;
const POLL_MS = 250;
const HEARTBEAT_MS = 5_000;

interface Place<H extends Head> {
  head: H;
  readonly wakers: Set<() => void>;
}

/** Makes the meeting place of the watchers. */
export function watching<H extends Head>({ heads, none, isSame, tooMany, log }: Watched<H>): Watching<H> {
  const places = new Map<string, Place<H>>();
  let watchers = 0;
  let following = false;

  async function follow(): Promise<void> {
    following = true;
    while (places.size > 0) {
      await refresh().catch((err: unknown) => log.warn({ err }, 'watchers could not be told what has moved'));
      await pause(POLL_MS);
    }
    following = false;
  }

  async function refresh(): Promise<void> {
    for (const [id, head] of await heads([...places.keys()])) {
      const one = places.get(id);
      if (!one || isSame(one.head, head)) continue;
      one.head = head;
      for (const wake of one.wakers) wake();
    }
  }

  return {
    async join(id, signal) {
      if (watchers >= WATCHERS_MAX) throw tooMany();
      watchers += 1;
      const known = await heads([id]).catch((error: unknown) => {
        watchers -= 1;
        throw error;
      });
      const now = known.get(id) ?? none;
      const one = places.get(id) ?? { head: now, wakers: new Set() };
      if (now.lastNumber > one.head.lastNumber) one.head = now;
      places.set(id, one);
      const bell = makeBell();
      one.wakers.add(bell.ring);
      if (!following) void follow();
      return {
        head: () => one.head,
        moved: () => bell.rung(HEARTBEAT_MS, signal),
        leave() {
          watchers -= 1;
          one.wakers.delete(bell.ring);
          if (one.wakers.size === 0) places.delete(id);
        },
      };
    },
  };
}
