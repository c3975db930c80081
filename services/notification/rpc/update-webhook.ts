import { invalid, refuseCall } from '#chassis/errors.ts';
import { maskedFields } from '#chassis/mask.ts';
import type { Rpcs } from '#chassis/serve.ts';
import {
  NotificationService as Contract,
  type NotificationService,
  UpdateWebhookRequestSchema,
} from '#gen/bank/notification/v1/notification_service_pb.ts';
import type { Context } from '../context.ts';
import { updateWebhook as save } from '../webhook-tables.ts';
import { checkTypes, checkUrl, lockOpened, recordWebhook, sealEndpoint, webhookMessage } from '../webhooks.ts';

const MUTABLE = ['url', 'eventTypes', 'description'] as const;

/** Changes where a webhook leads, what it hears of, or what it is called. */
export function updateWebhook(context: Context): Rpcs<typeof NotificationService>['updateWebhook'] {
  const { commands, vault } = context;
  return (request, call) => {
    const names = maskedFields(UpdateWebhookRequestSchema, request, request.updateMask, MUTABLE);
    const { webhookId, url, eventTypes, description, etag } = request;
    if (names.includes('eventTypes') && eventTypes.length === 0) {
      throw invalid([{ field: 'event_types', description: 'A webhook hears of something.' }]);
    }
    return commands.run(Contract.method.updateWebhook, request, call, {
      prepare: async () => {
        if (names.includes('eventTypes')) checkTypes(eventTypes, call);
        if (names.includes('url')) await checkUrl(context, url);
      },
      decide: async (tx) => {
        const { row, endpoint } = await lockOpened(context, tx, webhookId);
        if (etag !== '' && etag !== String(row.version)) throw refuseCall('ETAG_MISMATCH');
        const after = {
          ...endpoint,
          ...(names.includes('url') && { url }),
          ...(names.includes('description') && { description }),
        };
        const changed = {
          ...row,
          version: row.version + 1,
          eventTypes: names.includes('eventTypes') ? eventTypes : row.eventTypes,
        };
        const sealed = await sealEndpoint(vault, row.partyId, after);
        await tx.execute(save(webhookId, { endpoint: sealed, eventTypes: changed.eventTypes }));
        recordWebhook(tx, changed, endpoint, after);
        return { webhook: webhookMessage(changed, after) };
      },
    });
  };
}
