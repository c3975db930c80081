import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { cloneDatabase } from '#chassis/testing/database.ts';
import { customer, staff, startTestService, testEnvironment } from '#chassis/testing/service.ts';
import { ProductPublishedSchema } from '#gen/bank/account/v1/account_events_pb.ts';
import {
  WebhookDeliveryState as State,
  type WebhookDelivery,
  WebhookDisableReason,
  WebhookState,
} from '#gen/bank/notification/v1/webhook_pb.ts';
import {
  PartnerChangedSchema,
  PartnerResumedSchema,
  PartnerSuspendedSchema,
} from '#gen/bank/security/v1/security_events_pb.ts';
import { TransactionRefusedSchema } from '#gen/bank/transaction/v1/transaction_events_pb.ts';
import { TransactionType } from '#gen/bank/transaction/v1/transaction_pb.ts';
import { randomFreePort } from '../../tools/platform/ports.ts';
import { startServiceProcess } from '../_testbed/service-process.ts';
import { forget } from './delivering-webhooks.ts';
import { notification } from './service.ts';
import { bookedOn, happened, openNotification, paid, unique, useNotification } from './testing.ts';
import { madeWebhook, POSTED, status, untilDelivery, useReceiver, webhookPartner } from './testing-webhooks.ts';

const PRODUCT = ProductPublishedSchema.typeName;
const REFUSED = TransactionRefusedSchema.typeName;

describe('Deliveries to webhooks', function webhookDeliveries() {
  this.timeout(60_000);
  const receiver = useReceiver();
  const { bank, database, booked, agreed, told, of } = useNotification();
  const is = (state: State) => (delivery: WebhookDelivery) => delivery.state === state;
  const partnerClient = (id: string, scopes?: readonly string[]) => bank.asPrincipal(webhookPartner(id, scopes));
  const sentOf = (eventId: string) => receiver().received.filter(({ headers }) => headers['webhook-id'] === eventId);
  const product = (id: string) => happened(ProductPublishedSchema, { product: { productId: id } });
  const owner = async (text: string, parameters: readonly string[]) => bank.database.query(text, [...parameters]);

  /** A customer with a webhook for what is booked on an account of theirs. */
  async function listening(types?: readonly string[]) {
    const id = unique('cus');
    const made = await madeWebhook(of(id), receiver().url, types);
    return {
      id,
      client: of(id),
      ...made,
      pay: (amount: string) => booked([paid(amount, { to: 'acc_a' })], { acc_a: [id] }),
    };
  }

  it('tell a customer of what happens to their accounts, and nobody else', async () => {
    const jana = await listening();
    const petr = await listening();
    const event = paid('12.50', { from: 'acc_p', to: 'acc_j' });
    await booked([event, paid('1.00', { from: 'acc_x', to: 'acc_y' })], { acc_p: [petr.id], acc_j: [jana.id] });
    await Promise.all(
      [jana, petr].map(({ client, webhookId }) => untilDelivery(client, webhookId, is(State.DELIVERED))),
    );
    const sent = sentOf(event.eventId);
    expect(sent).to.have.length(2);
    for (const body of sent.map((one) => JSON.parse(one.body))) {
      expect(body).to.deep.include({ type: POSTED, aggregateSequence: 0 });
      expect(body.data).to.deep.include({
        amount: { currencyCode: 'CZK', amount: '12.50' },
        creditorAccountId: 'acc_j',
      });
    }
  });

  it('do not tell a payee what is the payer’s affair: a refused order, or what it cost', async () => {
    const jana = await listening([POSTED, REFUSED]);
    const petr = await listening([POSTED, REFUSED]);
    const order = { type: TransactionType.TRANSFER, debtorAccountId: 'acc_p', creditorAccountId: 'acc_j' };
    const refusal = happened(TransactionRefusedSchema, { ...order, transactionId: unique('txn'), reason: 'FUNDS' });
    await booked([refusal, paid('2.00', { to: 'acc_j' })], { acc_p: [petr.id], acc_j: [jana.id] });
    await untilDelivery(petr.client, petr.webhookId, is(State.DELIVERED));
    await untilDelivery(jana.client, jana.webhookId, is(State.DELIVERED));
    const types = async ({ client, webhookId }: typeof jana) =>
      (await client.listWebhookDeliveries({ webhookId })).deliveries.map(({ eventType }) => eventType);
    expect([await types(petr), await types(jana)]).to.deep.equal([[REFUSED], [POSTED]]);
  });

  it('tell a partner of what its scopes let it read, as long as they do, and not while it is suspended', async () => {
    const id = unique('ptn');
    const { webhookId } = await madeWebhook(partnerClient(id), receiver().url, [PRODUCT]);
    const seen = async () => (await partnerClient(id).listWebhookDeliveries({ webhookId })).deliveries.length;
    await agreed([product('prd_1')]);
    expect(await seen()).to.equal(1);
    await told(happened(PartnerSuspendedSchema, { partnerId: id }));
    await agreed([product('prd_2')]);
    expect(await seen()).to.equal(1);
    await told(happened(PartnerResumedSchema, { partnerId: id }));
    await agreed([product('prd_3')]);
    expect(await seen()).to.equal(2);
    await told(happened(PartnerChangedSchema, { partnerId: id, scopes: ['webhooks:manage'] }));
    await agreed([product('prd_4')]);
    expect(await seen()).to.equal(2);
  });

  it('leave out what happened before there was the webhook, what was imported, and a repeat', async () => {
    const jana = await listening();
    const event = paid('1.00', { to: 'acc_a' });
    const others = [
      paid('2.00', { to: 'acc_a' }, { occurMs: Date.now() - 60_000 }),
      paid('3.00', { to: 'acc_a' }, { type: TransactionType.MIGRATION }),
    ];
    await booked([event, ...others], { acc_a: [jana.id] });
    await owner('delete from inbox where event_id = $1', [event.eventId]);
    await booked([event], { acc_a: [jana.id] });
    const { deliveries } = await jana.client.listWebhookDeliveries({ webhookId: jana.webhookId });
    expect(deliveries.map(({ eventId }) => eventId)).to.deep.equal([event.eventId]);
  });

  it('are tried again with the same id until they are taken, and are logged', async () => {
    const jana = await listening();
    receiver().answer = (response) => response.writeHead(503).end('come again');
    await jana.pay('5.00');
    const failed = await untilDelivery(jana.client, jana.webhookId, is(State.RETRYING));
    expect(failed).to.deep.include({ failure: 'HTTP_503', attemptCount: 1 });
    receiver().answer = status(204);
    await owner('update webhook_delivery set next_time = now() where webhook_id = $1', [jana.webhookId]);
    await untilDelivery(jana.client, jana.webhookId, is(State.DELIVERED));
    const { eventId } = failed;
    const { attempts, body } = await jana.client.getWebhookDelivery({ webhookId: jana.webhookId, eventId });
    expect(
      attempts.map(({ attemptNumber, statusCode, answerExcerpt }) => [attemptNumber, statusCode, answerExcerpt]),
    ).to.deep.equal([
      [2, 204, ''],
      [1, 503, 'come again'],
    ]);
    expect(sentOf(eventId).map((one) => one.body)).to.deep.equal([body, body]);
  });

  it('of one webhook that hangs hold up no other', async () => {
    const [slow, fast] = [await listening(), await listening()];
    receiver().answer = () => {};
    const count = receiver().received.length;
    for (let index = 0; index < 20; index += 1) await slow.pay('1.00');
    const waiting = async () => (await slow.client.listWebhookDeliveries({ webhookId: slow.webhookId })).deliveries;
    // Each of them has come, and none is answered any more.
    while (receiver().received.length < count + 16) await sleep(20);
    receiver().answer = status(200);
    await fast.pay('2.00');
    await untilDelivery(fast.client, fast.webhookId, is(State.DELIVERED));
    expect((await waiting()).filter(({ attemptCount }) => attemptCount === 0)).to.have.length(4);
    await slow.client.deleteWebhook({ requestId: randomUUID(), webhookId: slow.webhookId });
  });

  it('of a webhook that is failing are tried one at a time', async () => {
    const slow = await listening();
    await owner('update webhook set failing_time = now() where webhook_id = $1', [slow.webhookId]);
    const { promise: arrived, resolve } = Promise.withResolvers<void>();
    receiver().answer = () => resolve();
    for (let index = 0; index < 3; index += 1) await slow.pay('1.00');
    await arrived;
    const fast = await listening();
    receiver().answer = status(200);
    await fast.pay('2.00');
    await untilDelivery(fast.client, fast.webhookId, is(State.DELIVERED));
    const { deliveries } = await slow.client.listWebhookDeliveries({ webhookId: slow.webhookId });
    expect(deliveries.map(({ attemptCount }) => attemptCount).toSorted((a, b) => a - b)).to.deep.equal([0, 0, 1]);
    await slow.client.deleteWebhook({ requestId: randomUUID(), webhookId: slow.webhookId });
  });

  it('end at a webhook that says it is gone, and its customer is told', async () => {
    const jana = await listening();
    receiver().answer = status(410);
    await jana.pay('1.00');
    await untilDelivery(jana.client, jana.webhookId, is(State.HELD));
    const [webhook] = (await jana.client.listWebhooks({})).webhooks;
    expect(webhook).to.deep.include({ state: WebhookState.DISABLED, disableReason: WebhookDisableReason.GONE });
    const { notices } = await jana.client.listInbox({});
    expect(notices.map(({ template }) => template)).to.include('webhook-disabled');
    await jana.pay('2.00');
    const { deliveries } = await jana.client.listWebhookDeliveries({ webhookId: jana.webhookId });
    expect(deliveries.map(({ state }) => state)).to.deep.equal([State.HELD, State.HELD]);
  });

  it('end when for three days nothing was taken', async () => {
    const jana = await listening();
    receiver().answer = status(500);
    await jana.pay('1.00');
    await untilDelivery(jana.client, jana.webhookId, is(State.RETRYING));
    await owner(`update webhook set failing_time = now() - interval '3 days 1 minute' where webhook_id = $1`, [
      jana.webhookId,
    ]);
    await owner('update webhook_delivery set next_time = now() where webhook_id = $1', [jana.webhookId]);
    await untilDelivery(jana.client, jana.webhookId, is(State.HELD));
    const [webhook] = (await jana.client.listWebhooks({})).webhooks;
    expect(webhook?.disableReason).to.equal(WebhookDisableReason.FAILING);
  });

  it('are given up after their last try', async () => {
    const jana = await listening();
    receiver().answer = status(500);
    await jana.pay('1.00');
    await untilDelivery(jana.client, jana.webhookId, is(State.RETRYING));
    await owner('update webhook_delivery set tries = 8, next_time = now() where webhook_id = $1', [jana.webhookId]);
    expect((await untilDelivery(jana.client, jana.webhookId, is(State.DEAD))).failure).to.equal('HTTP_500');
  });

  it('are kept for 30 days, without URLs, secrets and answers in clear', async () => {
    const jana = await listening();
    receiver().answer = (response) => response.writeHead(200).end('an answer of theirs');
    await jana.pay('1.00');
    await untilDelivery(jana.client, jana.webhookId, is(State.DELIVERED));
    const [rows] = await bank.database.query<{ text: string }>(
      `select w::text || d::text || a::text as text from webhook w join webhook_delivery d using (webhook_id)
       join webhook_attempt a using (webhook_id, event_id) where webhook_id = $1`,
      [jana.webhookId],
    );
    const hex = (text: string) => Buffer.from(text).toString('hex');
    for (const secret of [receiver().url, jana.secret, 'an answer of theirs']) {
      expect(rows?.text).to.not.include(secret).and.not.include(hex(secret));
    }
    await owner(`update webhook_delivery set create_time = now() - interval '31 days' where webhook_id = $1`, [
      jana.webhookId,
    ]);
    await forget({ database: database() });
    expect((await jana.client.listWebhookDeliveries({ webhookId: jana.webhookId })).deliveries).to.deep.equal([]);
  });

  it('are for staff to list', async () => {
    const jana = await listening();
    await jana.pay('1.00');
    const officer = bank.asPrincipal(staff('COMPLIANCE'));
    expect((await officer.listWebhooks({ partyId: jana.id })).webhooks[0]?.url).to.equal(receiver().url);
    await jana.client.deleteWebhook({ requestId: randomUUID(), webhookId: jana.webhookId });
    expect((await officer.listWebhookDeliveries({ webhookId: jana.webhookId })).deliveries).to.have.length(1);
  });
});

describe('A process that is killed while it sends to a webhook', function killed() {
  this.timeout(60_000);
  const receiver = useReceiver();
  const jana = unique('cus');

  it('leaves what it was sending to the next one, which sends it with the same id', async () => {
    const database = await cloneDatabase(notification);
    const dataDir = await mkdtemp(path.join(tmpdir(), 'corebank-webhooks-'));
    const inTest = () => startTestService(notification, { beside: { database, dataDir } });
    const before = await inTest();
    const { webhookId } = await madeWebhook(before.asPrincipal(customer(jana)), receiver().url);
    await before.stop();
    const { promise: arrived, resolve } = Promise.withResolvers<void>();
    receiver().answer = () => resolve();
    const killed = await startServiceProcess('notification', {
      ...testEnvironment(dataDir),
      NOTIFICATION_PORT: String(await randomFreePort()),
      NOTIFICATION_DATABASE_URL: database.runtimeUrl,
    });
    const consumer = await openNotification(database);
    await bookedOn(consumer, [paid('9.00', { to: 'acc_a' })], { acc_a: [jana] });
    await arrived;
    await killed.kill();
    receiver().answer = status(200);
    const after = await inTest();
    // Its lease is over, as it is after a minute.
    await database.query('update webhook_delivery set next_time = now()');
    const client = after.asPrincipal(customer(jana));
    const { eventId } = await untilDelivery(client, webhookId, ({ state }) => state === State.DELIVERED);
    const ids = receiver().received.map(({ headers }) => headers['webhook-id']);
    expect(ids).to.deep.equal([eventId, eventId]);
    await after.stop();
    await consumer[Symbol.asyncDispose]();
    await database.drop();
    await rm(dataDir, { recursive: true, force: true });
  });
});
