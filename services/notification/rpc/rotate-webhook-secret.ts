import type { Rpcs } from '#chassis/serve.ts';
import {
  NotificationService as Contract,
  type NotificationService,
} from '#gen/bank/notification/v1/notification_service_pb.ts';
import type { Context } from '../context.ts';
import { OVERLAP_MS } from '../domain/webhooks.ts';
import { newSecret } from '../webhook-sending.ts';
import { updateWebhook } from '../webhook-tables.ts';
import { lockOpened, recordWebhook, sealEndpoint, webhookMessage } from '../webhooks.ts';

/** Gives a webhook a new secret; the one of before is good for a while, unless it has leaked. One before that is not. */
export function rotateWebhookSecret(context: Context): Rpcs<typeof NotificationService>['rotateWebhookSecret'] {
  return (request, call) =>
    context.commands.run(Contract.method.rotateWebhookSecret, request, call, {
      decide: async (tx) => {
        const { row, endpoint } = await lockOpened(context, tx, request.webhookId);
        const secret = newSecret();
        const untilMs = Date.now() + OVERLAP_MS;
        const previous = request.previousLeaked ? [] : endpoint.secrets.slice(-1).map((one) => ({ ...one, untilMs }));
        const after = { ...endpoint, secrets: [...previous, { secret }] };
        const sealed = await sealEndpoint(context.vault, row.partyId, after);
        await tx.execute(updateWebhook(row.webhookId, { endpoint: sealed, eventTypes: row.eventTypes }));
        const changed = { ...row, version: row.version + 1 };
        recordWebhook(tx, changed, endpoint, after);
        return { webhook: webhookMessage(changed, after), secret };
      },
    });
}
