import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import type { Rpcs } from '#chassis/serve.ts';
import type { NotificationService } from '#gen/bank/notification/v1/notification_service_pb.ts';
import type { WebhookAttemptSchema } from '#gen/bank/notification/v1/webhook_pb.ts';
import type { Context } from '../context.ts';
import { ANSWER_CONTEXT } from '../delivering-webhooks.ts';
import { sealedIn } from '../delivery-tables.ts';
import { refuse } from '../domain/refusals.ts';
import { type AttemptRow, selectAttempts, selectWebhookDelivery } from '../webhook-delivery-tables.ts';
import { selectWebhookExists } from '../webhook-tables.ts';
import { webhookDeliveryMessage } from '../webhooks.ts';

const SHOWN_MAX = 50;

/** Reads what was sent to a webhook, and what came of it. */
export function getWebhookDelivery(context: Context): Rpcs<typeof NotificationService>['getWebhookDelivery'] {
  const { database } = context;
  return async ({ webhookId, eventId }) => {
    const [[webhook], [row], attempts] = await Promise.all([
      database.query(selectWebhookExists(webhookId)),
      database.query(selectWebhookDelivery(webhookId, eventId)),
      database.query(selectAttempts(webhookId, eventId, SHOWN_MAX)),
    ]);
    if (!webhook) throw refuse('WEBHOOK_NOT_FOUND');
    if (!row) throw refuse('DELIVERY_NOT_FOUND');
    return {
      delivery: webhookDeliveryMessage(row),
      body: row.body,
      attempts: await Promise.all(attempts.map((attempt) => attemptMessage(context, attempt))),
    };
  };
}

async function attemptMessage(
  { vault }: Context,
  row: AttemptRow,
): Promise<MessageInitShape<typeof WebhookAttemptSchema>> {
  const excerpt = row.excerpt ? await vault.open(sealedIn(row.excerpt), ANSWER_CONTEXT) : undefined;
  return {
    attemptNumber: row.attempt,
    attemptTime: timestampFromMs(row.attemptMs),
    durationMs: row.durationMs,
    statusCode: row.statusCode,
    failure: row.failure,
    answerExcerpt: excerpt?.toString() ?? '',
  };
}
