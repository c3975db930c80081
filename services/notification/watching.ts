// Who watches an inbox waits here. One statement asks for all watched inboxes whether they have moved, several times a second
// and only while somebody watches; a watcher is told that his has, and reads what is new himself.
import { setTimeout as pause } from 'node:timers/promises';
import { makeBell } from '#chassis/bell.ts';
import type { Database } from '#chassis/database.ts';
import type { Logger } from '#chassis/log.ts';
import { refuse } from './domain/refusals.ts';
import { type InboxHead, selectHeads } from './tables.ts';

/** One who watches an inbox. */
export interface Watcher {
  /** How far it has come. */
  head(): InboxHead;
  /** Waits until it has moved, or a while has passed in which it has not, or it is over. */
  moved(): Promise<void>;
  leave(): void;
}

/** The watchers of one process. */
export interface Watching {
  /** Begins to watch. Refuses TOO_MANY_WATCHERS. */
  join(partyId: string, signal: AbortSignal): Promise<Watcher>;
}

/** With one watcher more, streams would take more than half of what a connection carries at once. */
const WATCHERS_MAX = 500;
const POLL_MS = 250;
const HEARTBEAT_MS = 5_000;

interface Watched {
  head: InboxHead;
  readonly wakers: Set<() => void>;
}

/** Makes the meeting place of the watchers. */
export function watchingOf(database: Database, log: Logger): Watching {
  const watched = new Map<string, Watched>();
  let watchers = 0;
  let following = false;

  async function follow(): Promise<void> {
    following = true;
    while (watched.size > 0) {
      await refresh().catch((err: unknown) => log.warn({ err }, 'watchers could not be told what has moved'));
      await pause(POLL_MS);
    }
    following = false;
  }

  async function refresh(): Promise<void> {
    for (const head of await database.query(selectHeads([...watched.keys()]))) {
      const one = watched.get(head.partyId);
      if (!one || isSame(one.head, head)) continue;
      one.head = head;
      for (const wake of one.wakers) wake();
    }
  }

  return {
    async join(partyId, signal) {
      if (watchers >= WATCHERS_MAX) throw refuse('TOO_MANY_WATCHERS');
      watchers += 1;
      const [now = { partyId, lastNumber: 0, unreadCount: 0 }] = await database
        .query(selectHeads([partyId]))
        .catch((error: unknown) => {
          watchers -= 1;
          throw error;
        });
      const one = watched.get(partyId) ?? { head: now, wakers: new Set() };
      if (now.lastNumber > one.head.lastNumber) one.head = now;
      watched.set(partyId, one);
      const bell = makeBell();
      one.wakers.add(bell.ring);
      if (!following) void follow();
      return {
        head: () => one.head,
        moved: () => bell.rung(HEARTBEAT_MS, signal),
        leave() {
          watchers -= 1;
          one.wakers.delete(bell.ring);
          if (one.wakers.size === 0) watched.delete(partyId);
        },
      };
    },
  };
}

function isSame(one: InboxHead, other: InboxHead): boolean {
  return one.lastNumber === other.lastNumber && one.unreadCount === other.unreadCount;
}
