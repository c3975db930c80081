import type { Rpcs } from '#chassis/serve.ts';
import type { NotificationService } from '#gen/bank/notification/v1/notification_service_pb.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { noticeMessages, ownerOf } from '../inbox.ts';
import { selectAfter } from '../tables.ts';

/** So many notices stand in one message at most. */
const PAGE = 100;

/** Watches the caller's inbox: the notices after a number first, then those that come, each once. */
export function watchInbox(context: Context): Rpcs<typeof NotificationService>['watchInbox'] {
  return async function* watch({ afterNumber }, call) {
    const partyId = ownerOf(call);
    const watcher = await context.watching.join(partyId, call.signal);
    try {
      if (afterNumber > watcher.head().lastNumber) throw refuse('CURSOR_AHEAD');
      let reached = afterNumber;
      while (!call.signal.aborted) {
        const { unreadCount, lastNumber } = watcher.head();
        const isBehind = lastNumber > reached;
        const rows = isBehind ? await context.database.query(selectAfter(partyId, reached, PAGE)) : [];
        const written = isBehind ? await noticeMessages(context, rows, partyId) : [];
        reached = rows.at(-1)?.number ?? reached;
        yield {
          notices: written,
          unreadCount,
          nextAfterNumber: reached,
        };
        if (reached >= watcher.head().lastNumber) await watcher.moved();
      }
    } finally {
      watcher.leave();
    }
  };
}
