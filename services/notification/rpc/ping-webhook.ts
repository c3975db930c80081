import { newId } from '#chassis/id.ts';
import type { Rpcs } from '#chassis/serve.ts';
import {
  NotificationService as Contract,
  type NotificationService,
} from '#gen/bank/notification/v1/notification_service_pb.ts';
import type { Context } from '../context.ts';
import { PING_TYPE } from '../domain/webhooks.ts';
import { insertWebhookDeliveries, selectWebhookDelivery } from '../webhook-delivery-tables.ts';
import { pingBody } from '../webhook-events.ts';
import { lockOpened, recordWebhook, webhookDeliveryMessage } from '../webhooks.ts';

/** Sends an event to a webhook that says nothing else. */
export function pingWebhook(context: Context): Rpcs<typeof NotificationService>['pingWebhook'] {
  return (request, call) =>
    context.commands.run(Contract.method.pingWebhook, request, call, {
      decide: async (tx) => {
        const { row, endpoint } = await lockOpened(context, tx, request.webhookId);
        const { webhookId } = row;
        const occurMs = Date.now();
        const ping = { webhookId, eventId: newId('evt'), eventType: PING_TYPE, body: pingBody(occurMs), occurMs };
        await tx.execute(insertWebhookDeliveries([{ ...ping, held: false }]));
        const [delivery] = await tx.query(selectWebhookDelivery(webhookId, ping.eventId));
        if (!delivery) throw new Error('a delivery that was made is not there');
        recordWebhook(tx, row, undefined, endpoint);
        return { delivery: webhookDeliveryMessage(delivery) };
      },
    });
}
