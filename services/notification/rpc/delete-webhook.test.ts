import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import { paid, unique, useNotification } from '../testing.ts';
import { madeWebhook } from '../testing-webhooks.ts';

describe('DeleteWebhook', () => {
  const { bank, booked, of } = useNotification();

  it('ends one for good, and forgets where it led', async () => {
    const jana = unique('cus');
    const { webhookId } = await madeWebhook(of(jana), 'http://127.0.0.1:9/');
    await of(jana).deleteWebhook({ requestId: randomUUID(), webhookId });
    expect((await of(jana).listWebhooks({})).webhooks).to.deep.equal([]);
    await booked([paid('1.00', { to: 'acc_a' })], { acc_a: [jana] });
    await refused(of(jana).listWebhookDeliveries({ webhookId }), 'WEBHOOK_NOT_FOUND');
    const rows = await bank.database.query(
      `select state, endpoint, (select count(*)::int from webhook_delivery d where d.webhook_id = w.webhook_id) as sent
       from webhook w where webhook_id = $1`,
      [webhookId],
    );
    expect(rows).to.deep.equal([{ state: 'deleted', endpoint: null, sent: 0 }]);
    await refused(of(jana).deleteWebhook({ requestId: randomUUID(), webhookId }), 'WEBHOOK_NOT_FOUND');
  });

  it('is for whose it is', async () => {
    const { webhookId } = await madeWebhook(of(unique('cus')), 'http://127.0.0.1:9/');
    await refused(of(unique('cus')).deleteWebhook({ requestId: randomUUID(), webhookId }), 'WEBHOOK_NOT_FOUND');
    await refused(
      of(unique('cus')).deleteWebhook({ requestId: randomUUID(), webhookId: 'whk_none' }),
      'WEBHOOK_NOT_FOUND',
    );
  });
});
