import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import { WebhookDisableReason, WebhookState } from '#gen/bank/notification/v1/webhook_pb.ts';
import { unique, useNotification } from '../testing.ts';
import { madeWebhook } from '../testing-webhooks.ts';
import { disableWebhook } from '../webhook-tables.ts';

describe('EnableWebhook', () => {
  const { of, database } = useNotification();

  it('lets the bank send again to one that was disabled, and to no other', async () => {
    const client = of(unique('cus'));
    const { webhookId } = await madeWebhook(client, 'http://127.0.0.1:9/');
    const enable = () => client.enableWebhook({ requestId: randomUUID(), webhookId });
    await refused(enable(), 'WEBHOOK_ACTIVE');
    await database().query(disableWebhook(webhookId, 'failing'));
    const [disabled] = (await client.listWebhooks({})).webhooks;
    expect(disabled).to.deep.include({ state: WebhookState.DISABLED, disableReason: WebhookDisableReason.FAILING });
    const { webhook } = await enable();
    expect(webhook).to.deep.include({ state: WebhookState.ACTIVE, disableReason: WebhookDisableReason.UNSPECIFIED });
    expect(webhook?.disableTime).to.equal(undefined);
    expect((await client.listWebhooks({})).webhooks).to.deep.equal([webhook]);
  });

  it('is for whose it is', async () => {
    const { webhookId } = await madeWebhook(of(unique('cus')), 'http://127.0.0.1:9/');
    await refused(of(unique('cus')).enableWebhook({ requestId: randomUUID(), webhookId }), 'WEBHOOK_NOT_FOUND');
    await refused(
      of(unique('cus')).enableWebhook({ requestId: randomUUID(), webhookId: 'whk_none' }),
      'WEBHOOK_NOT_FOUND',
    );
  });
});
