// A valid request of every RPC about notices, for samples.ts.
import type { Belongings } from './belongings.ts';
import type { RpcName } from './doors.ts';
import type { Sample } from './samples.ts';

/** Requests about the notices of a customer. */
export function notificationSamples({ customerId }: Belongings): Partial<Record<RpcName, Sample>> {
  const texts = ['en', 'cs'].map((locale) => ({ locale, headline: 'News', text: 'There are some.' }));
  const receipts = { timestamp: '1', signature: 'v1,none', receiptsJson: '[]' };
  return {
    'notification.ListDeliveries': { request: { customerId } },
    'notification.ListDeadDeliveries': { request: {} },
    'notification.RetryDelivery': {
      request: { customerId, noticeNumber: 1_000_000, channel: 'CHANNEL_SMS' },
      refused: 'DELIVERY_NOT_FOUND',
    },
    'notification.RecordReceipts': { request: receipts, refused: 'RECEIPT_REFUSED' },
    'notification.PublishProductNews': { request: { texts } },
    'notification.ListProductNews': { request: {} },
    'notification.ListRetentionPolicies': { request: {} },
    'notification.SetRetentionPolicy': {
      request: { baseVersion: 1_000_000, policy: { classes: [{ className: 'all', keepMonths: 12 }] } },
      refused: 'ETAG_MISMATCH',
    },
    'notification.Unsubscribe': { request: { token: 'none' }, refused: 'UNSUBSCRIBE_TOKEN_INVALID' },
    'notification.ListTemplates': { request: {} },
    'notification.GetTemplate': { request: { template: 'money-in', locale: 'en' } },
    'notification.PreviewTemplate': {
      request: { template: 'money-in', locale: 'en', subject: 'Money', body: '{{ amount }}' },
    },
    'notification.ChangeTemplate': {
      request: { template: 'money-in', locale: 'en', baseVersion: 1_000_000, subject: 'Money', body: '{{ amount }}' },
      refused: 'ETAG_MISMATCH',
    },
    'notification.ListInbox': { request: {} },
    'notification.MarkRead': { request: { noticeNumbers: [1] } },
    'notification.WatchInbox': { request: {} },
    'notification.GetPreferences': { request: {} },
    'notification.UpdatePreferences': { request: { locale: 'cs' } },
  };
}
