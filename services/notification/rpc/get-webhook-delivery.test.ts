import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import { paid, unique, useNotification } from '../testing.ts';
import { madeWebhook, status, untilDelivery, useReceiver } from '../testing-webhooks.ts';

describe('GetWebhookDelivery', function reading() {
  this.timeout(20_000);
  const receiver = useReceiver();
  const { booked, of } = useNotification();

  it('shows what was sent, and what came of each try', async () => {
    const jana = unique('cus');
    const { webhookId } = await madeWebhook(of(jana), receiver().url);
    receiver().answer = status(400);
    const event = paid('7.00', { to: 'acc_a' });
    await booked([event], { acc_a: [jana] });
    const { eventId } = event;
    await untilDelivery(of(jana), webhookId, ({ attemptCount }) => attemptCount === 1);
    for (;;) {
      const { attempts, body, delivery } = await of(jana).getWebhookDelivery({ webhookId, eventId });
      const [attempt] = attempts;
      if (!attempt) continue;
      expect(attempt).to.deep.include({ attemptNumber: 1, statusCode: 400, failure: 'HTTP_400', answerExcerpt: '' });
      expect(JSON.parse(body).data.amount.amount).to.equal('7.00');
      expect(delivery?.eventId).to.equal(eventId);
      break;
    }
    const unknown = of(jana).getWebhookDelivery({ webhookId, eventId: 'evt_none' });
    await refused(unknown, 'DELIVERY_NOT_FOUND');
  });

  it('is for whose it is', async () => {
    const { webhookId } = await madeWebhook(of(unique('cus')), 'http://127.0.0.1:9/');
    await refused(of(unique('cus')).getWebhookDelivery({ webhookId, eventId: 'evt_1' }), 'WEBHOOK_NOT_FOUND');
    await refused(
      of(unique('cus')).getWebhookDelivery({ webhookId: 'whk_none', eventId: 'evt_1' }),
      'WEBHOOK_NOT_FOUND',
    );
  });
});
