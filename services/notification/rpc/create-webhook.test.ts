import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import { WebhookState } from '#gen/bank/notification/v1/webhook_pb.ts';
import { unique, useNotification } from '../testing.ts';
import { madeWebhook, POSTED, webhookPartner } from '../testing-webhooks.ts';

describe('CreateWebhook', () => {
  const { bank, of } = useNotification();
  const URL_OK = 'http://127.0.0.1:9/';
  const order = (changes: { url?: string; eventTypes?: string[] } = {}) => ({
    requestId: randomUUID(),
    url: URL_OK,
    eventTypes: [POSTED],
    description: 'books',
    ...changes,
  });

  it('makes one, shows its secret once, and tells its customer', async () => {
    const jana = unique('cus');
    const asked = order();
    const { webhook, secret } = await of(jana).createWebhook(asked);
    expect(secret).to.match(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(webhook).to.deep.include({
      partyId: jana,
      url: URL_OK,
      description: 'books',
      eventTypes: [POSTED],
      state: WebhookState.ACTIVE,
      etag: '1',
    });
    await refused(of(jana).createWebhook(asked), 'ANSWER_NOT_KEPT');
    expect((await of(jana).listWebhooks({})).webhooks).to.deep.equal([webhook]);
    const { notices } = await of(jana).listInbox({});
    expect(notices.map(({ template }) => template)).to.deep.equal(['webhook-created']);
  });

  it('makes none for what is only tried', async () => {
    const jana = unique('cus');
    await of(jana).createWebhook({ ...order(), validateOnly: true });
    expect((await of(jana).listWebhooks({})).webhooks).to.deep.equal([]);
  });

  it('refuses where a webhook may not lead, and what is no URL for one', async () => {
    const client = of(unique('cus'));
    for (const url of ['http://10.0.0.1/', 'https://169.254.169.254/', 'https://[::1]/']) {
      await refused(client.createWebhook(order({ url })), 'ADDRESS_REFUSED');
    }
    for (const url of ['ftp://example.com/', 'https://user:pass@example.com/', 'nonsense']) {
      await refused(client.createWebhook(order({ url })), 'URL_INVALID');
    }
  });

  it('refuses what the caller may not hear of', async () => {
    const [other] = ['bank.security.v1.PasskeyAdded'];
    const refusal = await refused(
      of(unique('cus')).createWebhook(order({ eventTypes: [POSTED, other as string] })),
      'EVENT_TYPE_NOT_ALLOWED',
    );
    expect(refusal.metadata).to.deep.equal({ event_type: other });
    await refused(bank.asPrincipal(webhookPartner('ptn_1')).createWebhook(order()), 'EVENT_TYPE_NOT_ALLOWED');
    const unscoped = { ...webhookPartner('ptn_1'), scopes: ['products:read'] };
    await refused(bank.asPrincipal(unscoped).createWebhook(order()), 'CALLER_NOT_ALLOWED');
  });

  it('refuses the eleventh, also of those that are made at the same time', async () => {
    const client = of(unique('cus'));
    const made = await Promise.allSettled(Array.from({ length: 12 }, () => madeWebhook(client, URL_OK)));
    expect(made.filter(({ status }) => status === 'fulfilled')).to.have.length(10);
    await refused(madeWebhook(client, URL_OK), 'TOO_MANY_WEBHOOKS');
  });
});
