import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import { unique, useNotification } from '../testing.ts';
import { madeWebhook, POSTED } from '../testing-webhooks.ts';

describe('UpdateWebhook', () => {
  const { of } = useNotification();
  const REFUSED = 'bank.transaction.v1.TransactionRefused';
  const one = async () => {
    const client = of(unique('cus'));
    return { client, ...(await madeWebhook(client, 'http://127.0.0.1:9/')) };
  };

  it('changes what is named, and nothing else', async () => {
    const { client, webhookId } = await one();
    const change = { requestId: randomUUID(), webhookId, etag: '1', eventTypes: [POSTED, REFUSED] };
    const { webhook } = await client.updateWebhook(change);
    expect(webhook).to.deep.include({ url: 'http://127.0.0.1:9/', description: 'books', etag: '2' });
    const cleared = { requestId: randomUUID(), webhookId, updateMask: { paths: ['description', 'url'] } };
    const next = await client.updateWebhook({ ...cleared, url: 'http://127.0.0.1:10/' });
    expect(next.webhook).to.deep.include({ url: 'http://127.0.0.1:10/', description: '' });
    expect((await client.listWebhooks({})).webhooks).to.deep.equal([next.webhook]);
    expect(next.webhook?.eventTypes).to.deep.equal([POSTED, REFUSED]);
  });

  it('refuses what is out of date, and what CreateWebhook refuses', async () => {
    const { client, webhookId } = await one();
    const change = (fields: object) => client.updateWebhook({ requestId: randomUUID(), webhookId, ...fields });
    await refused(change({ description: 'x', etag: '9' }), 'ETAG_MISMATCH');
    await refused(change({ url: 'https://10.0.0.1/' }), 'ADDRESS_REFUSED');
    await refused(change({ url: 'gopher://x' }), 'URL_INVALID');
    await refused(change({ eventTypes: ['bank.security.v1.PasskeyAdded'] }), 'EVENT_TYPE_NOT_ALLOWED');
    await refused(change({ updateMask: { paths: ['event_types'] } }), 'REQUEST_INVALID');
  });

  it('is for whose it is', async () => {
    const { webhookId } = await madeWebhook(of(unique('cus')), 'http://127.0.0.1:9/');
    await refused(
      of(unique('cus')).updateWebhook({ requestId: randomUUID(), webhookId, description: 'x' }),
      'WEBHOOK_NOT_FOUND',
    );
    await refused(
      of(unique('cus')).updateWebhook({ requestId: randomUUID(), webhookId: 'whk_none', description: 'x' }),
      'WEBHOOK_NOT_FOUND',
    );
  });
});
