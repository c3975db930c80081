// Who watches an inbox: how far it has come, and how many notices in it are not read.
import type { Database } from '#chassis/database.ts';
import type { Logger } from '#chassis/log.ts';
import { type Watching, watching } from '#chassis/watching.ts';
import { refuse } from './domain/refusals.ts';
import { type InboxHead, selectHeads } from './tables.ts';

/** The watchers of inboxes of one process. */
export function watchingOf(database: Database, log: Logger): Watching<InboxHead> {
  return watching({
    heads: async (ids) => new Map((await database.query(selectHeads(ids))).map((head) => [head.partyId, head])),
    none: { partyId: '', lastNumber: 0, unreadCount: 0 },
    isSame: (one, other) => one.lastNumber === other.lastNumber && one.unreadCount === other.unreadCount,
    tooMany: () => refuse('TOO_MANY_WATCHERS'),
    log,
  });
}
