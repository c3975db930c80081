import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import { WebhookDeliveryState as State } from '#gen/bank/notification/v1/webhook_pb.ts';
import { unique, useNotification } from '../testing.ts';
import { madeWebhook, status, untilDelivery, useReceiver } from '../testing-webhooks.ts';
import { disableWebhook } from '../webhook-tables.ts';

describe('PingWebhook', function pinging() {
  this.timeout(20_000);
  const receiver = useReceiver();
  const { database, of } = useNotification();

  it('sends an event that says nothing else, once, also to one that is disabled', async () => {
    const client = of(unique('cus'));
    const { webhookId } = await madeWebhook(client, receiver().url);
    const ping = async () => (await client.pingWebhook({ requestId: randomUUID(), webhookId })).delivery?.eventId ?? '';
    const first = await ping();
    await untilDelivery(client, webhookId, ({ state }) => state === State.DELIVERED);
    const { body } = receiver().received.find(({ headers }) => headers['webhook-id'] === first) ?? { body: '' };
    expect(JSON.parse(body)).to.deep.include({ type: 'bank.notification.v1.WebhookPing', data: {} });
    await database().query(disableWebhook(webhookId, 'failing'));
    receiver().answer = status(500);
    const second = await ping();
    const failed = await untilDelivery(client, webhookId, ({ state }) => state === State.DEAD);
    expect(failed).to.deep.include({ eventId: second, failure: 'HTTP_500', attemptCount: 1 });
  });

  it('is for whose it is', async () => {
    const { webhookId } = await madeWebhook(of(unique('cus')), 'http://127.0.0.1:9/');
    await refused(of(unique('cus')).pingWebhook({ requestId: randomUUID(), webhookId }), 'WEBHOOK_NOT_FOUND');
    await refused(
      of(unique('cus')).pingWebhook({ requestId: randomUUID(), webhookId: 'whk_none' }),
      'WEBHOOK_NOT_FOUND',
    );
  });
});
