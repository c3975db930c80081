import type { Rpcs } from '#chassis/serve.ts';
import {
  ListDeliveriesRequestSchema,
  type NotificationService,
} from '#gen/bank/notification/v1/notification_service_pb.ts';
import type { Context } from '../context.ts';
import { deliveryMessage } from '../deliveries.ts';
import { selectDeliveries } from '../delivery-log.ts';

/** Lists a customer's deliveries, newest first. */
export function listDeliveries(context: Context): Rpcs<typeof NotificationService>['listDeliveries'] {
  const { database, pages } = context;
  return async (request) => {
    const { size, after } = pages.read(ListDeliveriesRequestSchema, request);
    const rows = await database.query(selectDeliveries(request.customerId, after, size + 1));
    const page = rows.slice(0, size);
    const last = page.at(-1);
    const position = rows.length > page.length && last ? [String(last.number), last.channel] : undefined;
    return {
      deliveries: await Promise.all(page.map((row) => deliveryMessage(context, row))),
      nextPageToken: position ? pages.next(ListDeliveriesRequestSchema, request, position) : '',
    };
  };
}
