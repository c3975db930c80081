import { expect } from 'chai';
import { refused, staff } from '#chassis/testing/service.ts';
import { WebhookDeliveryState as State } from '#gen/bank/notification/v1/webhook_pb.ts';
import { paid, unique, useNotification } from '../testing.ts';
import { madeWebhook } from '../testing-webhooks.ts';
import { disableWebhook } from '../webhook-tables.ts';

describe('ListWebhookDeliveries', () => {
  const { bank, booked, database, of } = useNotification();

  it('lists what there is, newest event first, page by page, and by state', async () => {
    const jana = unique('cus');
    const { webhookId } = await madeWebhook(of(jana), 'http://127.0.0.1:9/');
    await database().query(disableWebhook(webhookId, 'failing'));
    const events = [1, 2, 3].map((seconds) => paid('1.00', { to: 'acc_a' }, { occurMs: Date.now() + seconds * 1_000 }));
    await booked(events, { acc_a: [jana] });
    const ids = events.map(({ eventId }) => eventId).toReversed();
    const first = await of(jana).listWebhookDeliveries({ webhookId, pageSize: 2 });
    const { nextPageToken: pageToken } = first;
    const second = await of(jana).listWebhookDeliveries({ webhookId, pageSize: 2, pageToken });
    const listed = [...first.deliveries, ...second.deliveries];
    expect(listed.map(({ eventId }) => eventId)).to.deep.equal(ids);
    expect(second.nextPageToken).to.equal('');
    expect(listed.map(({ state }) => state)).to.deep.equal([State.HELD, State.HELD, State.HELD]);
    const dead = await of(jana).listWebhookDeliveries({ webhookId, state: State.DEAD });
    expect(dead.deliveries).to.deep.equal([]);
    const officer = bank.asPrincipal(staff('BACK_OFFICE'));
    expect((await officer.listWebhookDeliveries({ webhookId })).deliveries).to.have.length(3);
    await refused(officer.listWebhookDeliveries({ webhookId: 'whk_none' }), 'WEBHOOK_NOT_FOUND');
  });

  it('is for whose it is', async () => {
    const { webhookId } = await madeWebhook(of(unique('cus')), 'http://127.0.0.1:9/');
    await refused(of(unique('cus')).listWebhookDeliveries({ webhookId }), 'WEBHOOK_NOT_FOUND');
    await refused(of(unique('cus')).listWebhookDeliveries({ webhookId: 'whk_none' }), 'WEBHOOK_NOT_FOUND');
  });
});
