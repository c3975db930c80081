import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { Webhook } from 'standardwebhooks';
import { refused } from '#chassis/testing/service.ts';
import { WebhookDeliveryState } from '#gen/bank/notification/v1/webhook_pb.ts';
import { unique, useNotification } from '../testing.ts';
import { madeWebhook, untilDelivery, useReceiver } from '../testing-webhooks.ts';

describe('RotateWebhookSecret', function rotation() {
  this.timeout(20_000);
  const receiver = useReceiver();
  const { of } = useNotification();

  it('signs with both for a day, and with the new one alone when the other has leaked', async () => {
    const client = of(unique('cus'));
    const { webhookId, secret: first } = await madeWebhook(client, receiver().url);
    const rotate = (previousLeaked: boolean) =>
      client.rotateWebhookSecret({ requestId: randomUUID(), webhookId, previousLeaked });
    /** Which of these a ping is signed with. */
    async function signedWith(...secrets: string[]): Promise<boolean[]> {
      const { delivery } = await client.pingWebhook({ requestId: randomUUID(), webhookId });
      const is = ({ eventId, state }: { eventId: string; state: WebhookDeliveryState }) =>
        eventId === delivery?.eventId && state === WebhookDeliveryState.DELIVERED;
      await untilDelivery(client, webhookId, is);
      const sent = receiver().received.find(({ headers }) => headers['webhook-id'] === delivery?.eventId);
      return secrets.map((secret) => {
        try {
          return Boolean(new Webhook(secret).verify(sent?.body ?? '', sent?.headers as Record<string, string>));
        } catch {
          return false;
        }
      });
    }
    expect(await signedWith(first)).to.deep.equal([true]);
    const { secret: second, webhook } = await rotate(false);
    const hours = (Number(webhook?.previousSecretExpireTime?.seconds) - Date.now() / 1_000) / 3_600;
    expect(hours).to.be.within(23.9, 24);
    expect(await signedWith(first, second)).to.deep.equal([true, true]);
    const { secret: third } = await rotate(false);
    expect(await signedWith(first, second, third)).to.deep.equal([false, true, true]);
    const leaked = await rotate(true);
    expect(leaked.webhook?.previousSecretExpireTime).to.equal(undefined);
    expect(await signedWith(third, leaked.secret)).to.deep.equal([false, true]);
  });

  it('is for whose it is', async () => {
    const { webhookId } = await madeWebhook(of(unique('cus')), 'http://127.0.0.1:9/');
    await refused(of(unique('cus')).rotateWebhookSecret({ requestId: randomUUID(), webhookId }), 'WEBHOOK_NOT_FOUND');
    await refused(
      of(unique('cus')).rotateWebhookSecret({ requestId: randomUUID(), webhookId: 'whk_none' }),
      'WEBHOOK_NOT_FOUND',
    );
  });
});
