import type { Rpcs } from '#chassis/serve.ts';
import {
  NotificationService as Contract,
  type NotificationService,
} from '#gen/bank/notification/v1/notification_service_pb.ts';
import type { Context } from '../context.ts';
import { ownerOf } from '../inbox.ts';
import { lockHead, markRead as mark, selectUnread } from '../tables.ts';

/** Marks the caller's notices as read. */
export function markRead({ commands }: Context): Rpcs<typeof NotificationService>['markRead'] {
  return (request, call) =>
    commands.run(Contract.method.markRead, request, call, {
      decide: async (tx) => {
        const partyId = ownerOf(call);
        // The inbox first, as those do who write to it.
        const [head] = await tx.query(lockHead(partyId));
        const unread = await tx.query(selectUnread(partyId, request.noticeNumbers));
        tx.record({ resourceIds: unread.map(({ number }) => `notice/${number}`), partyId });
        if (!head) return { unreadCount: 0 };
        if (unread.length > 0) {
          await tx.execute(
            mark(
              partyId,
              unread.map(({ number }) => number),
            ),
          );
        }
        return { unreadCount: head.unreadCount - unread.length };
      },
    });
}
