import type { Rpcs } from '#chassis/serve.ts';
import { ListInboxRequestSchema, type NotificationService } from '#gen/bank/notification/v1/notification_service_pb.ts';
import type { Context } from '../context.ts';
import { noticeMessages, ownerOf } from '../inbox.ts';
import { selectHeads, selectNewest } from '../tables.ts';

/** Lists the caller's notices, newest first. */
export function listInbox(context: Context): Rpcs<typeof NotificationService>['listInbox'] {
  const { database, pages } = context;
  return async (request, call) => {
    const partyId = ownerOf(call);
    const { size, after } = pages.read(ListInboxRequestSchema, request);
    const before = after === undefined ? undefined : Number(after[0]);
    const filter = { before, unreadOnly: request.unreadOnly, limit: size + 1 };
    const [[head], rows] = await Promise.all([
      database.query(selectHeads([partyId])),
      database.query(selectNewest(partyId, filter)),
    ]);
    const page = rows.slice(0, size);
    const last = page.at(-1);
    const more = rows.length > page.length && last;
    return {
      notices: await noticeMessages(context, page, partyId),
      nextPageToken: more ? pages.next(ListInboxRequestSchema, request, [String(last.number)]) : '',
      unreadCount: head?.unreadCount ?? 0,
      lastNumber: head?.lastNumber ?? 0,
    };
  };
}
