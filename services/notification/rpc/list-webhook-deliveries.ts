import type { Rpcs } from '#chassis/serve.ts';
import {
  ListWebhookDeliveriesRequestSchema,
  type NotificationService,
} from '#gen/bank/notification/v1/notification_service_pb.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { selectWebhookDeliveries } from '../webhook-delivery-tables.ts';
import { selectWebhookExists } from '../webhook-tables.ts';
import { deliveryStateWord, webhookDeliveryMessage } from '../webhooks.ts';

/** Lists what was sent to a webhook, newest event first. */
export function listWebhookDeliveries(context: Context): Rpcs<typeof NotificationService>['listWebhookDeliveries'] {
  const { database, pages } = context;
  return async (request) => {
    const { size, after: before } = pages.read(ListWebhookDeliveriesRequestSchema, request);
    const filter = { state: deliveryStateWord(request.state), before, limit: size + 1 };
    const [[webhook], rows] = await Promise.all([
      database.query(selectWebhookExists(request.webhookId)),
      database.query(selectWebhookDeliveries(request.webhookId, filter)),
    ]);
    if (!webhook) throw refuse('WEBHOOK_NOT_FOUND');
    const page = rows.slice(0, size);
    const last = page.at(-1);
    const position = rows.length > page.length && last ? [last.occurTime, last.eventId] : undefined;
    return {
      deliveries: page.map(webhookDeliveryMessage),
      nextPageToken: position ? pages.next(ListWebhookDeliveriesRequestSchema, request, position) : '',
    };
  };
}
