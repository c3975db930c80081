// The table of contents of the notification service.
import type { ServiceDefinition } from '#chassis/boot.ts';
import { ChassisSettings, eventOperations, eventPath, LeanChassis } from '#chassis/chassis-tables.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { NotificationService } from '#gen/bank/notification/v1/notification_service_pb.ts';
import { type Context, makeContext } from './context.ts';
import { startDelivering } from './delivering.ts';
import { startDeliveringWebhooks } from './delivering-webhooks.ts';
import { agreements, bookings, lowBalances, securityNotices, verifications } from './events.ts';
import { startKeeping } from './keeping.ts';
import { Notices } from './migrations/0001-notices.ts';
import { DigestsAndReceipts } from './migrations/0006-digests-and-receipts.ts';
import { Webhooks } from './migrations/0007-webhooks.ts';
import { BouncesAndRetention } from './migrations/0008-bounces-and-retention.ts';
import { NoticesOfAccounts } from './migrations/0009-notices-of-accounts.ts';
import { MergedCustomers } from './migrations/0010-merged-customers.ts';
import { startTellingNews } from './news.ts';
import { changeTemplate } from './rpc/change-template.ts';
import { createWebhook } from './rpc/create-webhook.ts';
import { deleteWebhook } from './rpc/delete-webhook.ts';
import { enableWebhook } from './rpc/enable-webhook.ts';
import { getPreferences } from './rpc/get-preferences.ts';
import { getTemplate } from './rpc/get-template.ts';
import { getWebhookDelivery } from './rpc/get-webhook-delivery.ts';
import { listDeadDeliveries } from './rpc/list-dead-deliveries.ts';
import { listDeliveries } from './rpc/list-deliveries.ts';
import { listInbox } from './rpc/list-inbox.ts';
import { listProductNews } from './rpc/list-product-news.ts';
import { listRetentionPolicies } from './rpc/list-retention-policies.ts';
import { listTemplates } from './rpc/list-templates.ts';
import { listWebhookDeliveries } from './rpc/list-webhook-deliveries.ts';
import { listWebhookEventTypes } from './rpc/list-webhook-event-types.ts';
import { listWebhooks } from './rpc/list-webhooks.ts';
import { markRead } from './rpc/mark-read.ts';
import { pingWebhook } from './rpc/ping-webhook.ts';
import { previewTemplate } from './rpc/preview-template.ts';
import { publishProductNews } from './rpc/publish-product-news.ts';
import { recordReceipts } from './rpc/record-receipts.ts';
import { replayWebhook } from './rpc/replay-webhook.ts';
import { retryDelivery } from './rpc/retry-delivery.ts';
import { rotateWebhookSecret } from './rpc/rotate-webhook-secret.ts';
import { setRetentionPolicy } from './rpc/set-retention-policy.ts';
import { unsubscribe } from './rpc/unsubscribe.ts';
import { updatePreferences } from './rpc/update-preferences.ts';
import { updateWebhook } from './rpc/update-webhook.ts';
import { watchInbox } from './rpc/watch-inbox.ts';
import { entities } from './tables.ts';
import { webhookOwners } from './webhooks.ts';

function rpcs(context: Context) {
  return {
    changeTemplate: changeTemplate(context),
    getPreferences: getPreferences(context),
    getTemplate: getTemplate(context),
    listDeadDeliveries: listDeadDeliveries(context),
    listDeliveries: listDeliveries(context),
    listInbox: listInbox(context),
    listProductNews: listProductNews(context),
    listRetentionPolicies: listRetentionPolicies(context),
    listTemplates: listTemplates(context),
    markRead: markRead(context),
    previewTemplate: previewTemplate(context),
    publishProductNews: publishProductNews(context),
    recordReceipts: recordReceipts(context),
    retryDelivery: retryDelivery(context),
    setRetentionPolicy: setRetentionPolicy(context),
    unsubscribe: unsubscribe(context),
    updatePreferences: updatePreferences(context),
    watchInbox: watchInbox(context),
    createWebhook: createWebhook(context),
    deleteWebhook: deleteWebhook(context),
    enableWebhook: enableWebhook(context),
    getWebhookDelivery: getWebhookDelivery(context),
    listWebhookDeliveries: listWebhookDeliveries(context),
    listWebhookEventTypes: listWebhookEventTypes(),
    listWebhooks: listWebhooks(context),
    pingWebhook: pingWebhook(context),
    replayWebhook: replayWebhook(context),
    rotateWebhookSecret: rotateWebhookSecret(context),
    updateWebhook: updateWebhook(context),
  } satisfies Rpcs<typeof NotificationService>;
}

export const notification: ServiceDefinition<typeof NotificationService, Context> = {
  name: 'notification',
  service: NotificationService,
  entities,
  migrations: [
    { name: '0001-notices', class: Notices },
    { name: '0002-lean-chassis', class: LeanChassis },
    { name: '0003-chassis-settings', class: ChassisSettings },
    { name: '0004-event-path', class: eventPath('notification_runtime') },
    { name: '0005-event-operations', class: eventOperations('notification_runtime') },
    { name: '0006-digests-and-receipts', class: DigestsAndReceipts },
    { name: '0007-webhooks', class: Webhooks },
    { name: '0008-bounces-and-retention', class: BouncesAndRetention },
    { name: '0009-notices-of-accounts', class: NoticesOfAccounts },
    { name: '0010-merged-customers', class: MergedCustomers },
  ],
  context: makeContext,
  subscriptions: (context) => [
    bookings(context),
    securityNotices(context),
    agreements(context),
    verifications(context),
    lowBalances(context),
  ],
  start: async (context) => {
    const starts = [startDelivering, startDeliveringWebhooks, startTellingNews, startKeeping];
    const stops = starts.map((start) => start(context));
    return async () => void (await Promise.all(stops.map((stop) => stop())));
  },
  rpcs,
  // Whose inbox it is, the caller's token says; only staff name customers.
  owners: webhookOwners,
};
