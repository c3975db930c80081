import { randomUUID } from 'node:crypto';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import { WebhookDeliveryState as State } from '#gen/bank/notification/v1/webhook_pb.ts';
import { paid, unique, useNotification } from '../testing.ts';
import { madeWebhook, untilDelivery, useReceiver } from '../testing-webhooks.ts';
import { disableWebhook } from '../webhook-tables.ts';

describe('ReplayWebhook', function replaying() {
  this.timeout(20_000);
  const receiver = useReceiver();
  const { booked, database, of } = useNotification();

  async function delivered(count: number) {
    const jana = unique('cus');
    const client = of(jana);
    const { webhookId } = await madeWebhook(client, receiver().url);
    const events = Array.from({ length: count }, (_, index) =>
      paid('1.00', { to: 'acc_a' }, { occurMs: Date.now() + index * 1_000 }),
    );
    await booked(events, { acc_a: [jana] });
    const all = async () => (await client.listWebhookDeliveries({ webhookId })).deliveries;
    const settled = async () => {
      for (;;) if ((await all()).every(({ state }) => state === State.DELIVERED)) return;
    };
    await settled();
    const times = (eventId: string) =>
      receiver().received.filter(({ headers }) => headers['webhook-id'] === eventId).length;
    return { client, webhookId, settled, ids: events.map(({ eventId }) => eventId), times, events };
  }

  it('sends one event anew, with its id', async () => {
    const { client, webhookId, ids, times, settled } = await delivered(2);
    const what = { case: 'eventId' as const, value: ids[0] ?? '' };
    const { eventCount } = await client.replayWebhook({ requestId: randomUUID(), webhookId, what });
    await settled();
    expect([eventCount, ...ids.map(times)]).to.deep.equal([1, 2, 1]);
    const none = { case: 'eventId' as const, value: 'evt_none' };
    await refused(client.replayWebhook({ requestId: randomUUID(), webhookId, what: none }), 'DELIVERY_NOT_FOUND');
  });

  it('sends anew what happened from a time on, part by part', async () => {
    const { client, webhookId, ids, times, settled, events } = await delivered(5);
    const fromTime = events[1]?.occurTime ?? timestampFromMs(0);
    const asked = { webhookId, what: { case: 'fromTime' as const, value: fromTime }, pageSize: 3 };
    const first = await client.replayWebhook({ ...asked, requestId: randomUUID() });
    const pageToken = first.nextPageToken;
    const second = await client.replayWebhook({ ...asked, requestId: randomUUID(), pageToken });
    expect([first.eventCount, second.eventCount, second.nextPageToken]).to.deep.equal([3, 1, '']);
    await settled();
    expect(ids.map(times)).to.deep.equal([1, 2, 2, 2, 2]);
    const other = { ...asked, pageSize: 3, what: { case: 'fromTime' as const, value: timestampFromMs(0) } };
    await refused(client.replayWebhook({ ...other, requestId: randomUUID(), pageToken }), 'PAGE_TOKEN_INVALID');
  });

  it('sends what was held while the webhook was disabled, once it is enabled', async () => {
    const jana = unique('cus');
    const client = of(jana);
    const { webhookId } = await madeWebhook(client, receiver().url);
    await database().query(disableWebhook(webhookId, 'failing'));
    await booked([paid('1.00', { to: 'acc_a' })], { acc_a: [jana] });
    const what = { case: 'fromTime' as const, value: timestampFromMs(0) };
    const replay = () => client.replayWebhook({ requestId: randomUUID(), webhookId, what });
    await refused(replay(), 'WEBHOOK_DISABLED');
    await client.enableWebhook({ requestId: randomUUID(), webhookId });
    expect((await replay()).eventCount).to.equal(1);
    await untilDelivery(client, webhookId, ({ state }) => state === State.DELIVERED);
  });

  it('is for whose it is', async () => {
    const { webhookId } = await madeWebhook(of(unique('cus')), 'http://127.0.0.1:9/');
    await refused(
      of(unique('cus')).replayWebhook({
        requestId: randomUUID(),
        webhookId,
        what: { case: 'eventId', value: 'evt_1' },
      }),
      'WEBHOOK_NOT_FOUND',
    );
    await refused(
      of(unique('cus')).replayWebhook({
        requestId: randomUUID(),
        webhookId: 'whk_none',
        what: { case: 'eventId', value: 'evt_1' },
      }),
      'WEBHOOK_NOT_FOUND',
    );
  });
});
