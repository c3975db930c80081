import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { cloneDatabase } from '#chassis/testing/database.ts';
import { customer, refused, staff, startTestService } from '#chassis/testing/service.ts';
import {
  WebhookDeliveryState as State,
  WebhookDisableReason,
  WebhookState,
} from '#gen/bank/notification/v1/webhook_pb.ts';
import { SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import { useBank } from '../_testbed/bank.ts';
import { notification } from './service.ts';
import { bookedOn, openNotification, paid, unique } from './testing.ts';
import { madeWebhook, untilDelivery, useReceiver } from './testing-webhooks.ts';

describe('A webhook whose owner was erased', function erased() {
  this.timeout(60_000);
  const security = useBank({ services: ['security'], edge: false });
  const receiver = useReceiver();
  const jana = unique('cus');

  it('is sent nothing more, and held; staff see no URL, and nobody can use it again', async () => {
    const database = await cloneDatabase(notification);
    const dataDir = await mkdtemp(path.join(tmpdir(), 'corebank-webhooks-'));
    const environment = { DATA_KEYS: 'security', SECURITY_ADDRESS: security().address('security') };
    const process = () => startTestService(notification, { beside: { database, dataDir }, environment });
    const before = await process();
    const { webhookId } = await madeWebhook(before.asPrincipal(customer(jana)), receiver().url);
    await before.stop();
    const approved = { ...staff('COMPLIANCE'), approverId: 'stf_other' };
    await security()
      .asPrincipal(SecurityService, approved, { workload: 'security-executor' })
      .destroyDataKey({ requestId: randomUUID(), partyId: jana });
    const consumer = await openNotification(database);
    const pay = () => bookedOn(consumer, [paid('9.00', { to: 'acc_a' })], { acc_a: [jana] });
    await pay();
    // With no key in its memory, as every process a few minutes after.
    const after = await process();
    try {
      const officer = after.asPrincipal(staff('COMPLIANCE'));
      const client = after.asPrincipal(customer(jana));
      await untilDelivery(officer, webhookId, ({ state }) => state === State.HELD);
      expect(receiver().received).to.deep.equal([]);
      const [webhook] = (await officer.listWebhooks({ partyId: jana })).webhooks;
      const { ERASED } = WebhookDisableReason;
      expect(webhook).to.deep.include({
        state: WebhookState.DISABLED,
        disableReason: ERASED,
        url: '',
        description: '',
      });
      const { notices } = await client.listInbox({});
      expect(notices.map(({ template }) => template)).to.not.include('webhook-disabled');
      const request = () => ({ requestId: randomUUID(), webhookId });
      await refused(client.enableWebhook(request()), 'WEBHOOK_NOT_FOUND');
      await refused(client.rotateWebhookSecret(request()), 'WEBHOOK_NOT_FOUND');
      await pay();
      expect((await officer.listWebhookDeliveries({ webhookId })).deliveries).to.have.length(1);
    } finally {
      await after.stop();
      await consumer[Symbol.asyncDispose]();
      await database.drop();
      await rm(dataDir, { recursive: true, force: true });
    }
  });
});
