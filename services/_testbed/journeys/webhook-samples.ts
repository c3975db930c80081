// A valid request of every RPC about webhooks, for samples.ts.
import type { Belongings } from './belongings.ts';
import type { RpcName } from './doors.ts';
import type { Sample } from './samples.ts';

/** Of a webhook that leads nowhere; none of customers and partners alike hears of what is asked for. */
export function webhookSamples({ customerId, webhookId }: Belongings): Partial<Record<RpcName, Sample>> {
  const unheard = { url: 'https://127.0.0.1:9/', eventTypes: ['bank.none.v1.NothingHappened'] };
  return {
    'notification.ListWebhookEventTypes': { request: {} },
    'notification.CreateWebhook': { request: unheard, refused: 'EVENT_TYPE_NOT_ALLOWED' },
    'notification.ListWebhooks': { request: { partyId: customerId } },
    'notification.UpdateWebhook': { request: { webhookId, description: 'Another name' } },
    'notification.EnableWebhook': { request: { webhookId }, refused: 'WEBHOOK_ACTIVE' },
    'notification.DeleteWebhook': { request: { webhookId } },
    'notification.RotateWebhookSecret': { request: { webhookId } },
    'notification.PingWebhook': { request: { webhookId } },
    'notification.ReplayWebhook': { request: { webhookId, fromTime: '2020-01-01T00:00:00Z' } },
    'notification.ListWebhookDeliveries': { request: { webhookId } },
    'notification.GetWebhookDelivery': { request: { webhookId, eventId: 'evt_none' }, refused: 'DELIVERY_NOT_FOUND' },
  };
}
