import type { Rpcs } from '#chassis/serve.ts';
import {
  ListDeadDeliveriesRequestSchema,
  type NotificationService,
} from '#gen/bank/notification/v1/notification_service_pb.ts';
import type { Context } from '../context.ts';
import { deliveryMessage } from '../deliveries.ts';
import { selectDead } from '../delivery-log.ts';

/** Lists deliveries of all customers that came to nothing, the latest first. */
export function listDeadDeliveries(context: Context): Rpcs<typeof NotificationService>['listDeadDeliveries'] {
  const { database, pages } = context;
  return async (request) => {
    const { size, after } = pages.read(ListDeadDeliveriesRequestSchema, request);
    const rows = await database.query(selectDead(after, size + 1));
    const page = rows.slice(0, size);
    const last = rows.length > page.length ? page.at(-1) : undefined;
    const position = last && [last.place, last.partyId, String(last.number), last.channel];
    return {
      deliveries: await Promise.all(page.map((row) => deliveryMessage(context, row))),
      nextPageToken: position ? pages.next(ListDeadDeliveriesRequestSchema, request, position) : '',
    };
  };
}
