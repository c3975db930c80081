import type { Rpcs } from '#chassis/serve.ts';
import {
  NotificationService as Contract,
  type NotificationService,
} from '#gen/bank/notification/v1/notification_service_pb.ts';
import type { Context } from '../context.ts';
import { deleteWebhook as save } from '../webhook-tables.ts';
import { lockOpened, recordWebhook } from '../webhooks.ts';

/** Ends a webhook for good. */
export function deleteWebhook(context: Context): Rpcs<typeof NotificationService>['deleteWebhook'] {
  return (request, call) =>
    context.commands.run(Contract.method.deleteWebhook, request, call, {
      decide: async (tx) => {
        const { row, endpoint } = await lockOpened(context, tx, request.webhookId);
        await tx.execute(save(row.webhookId));
        recordWebhook(tx, row, endpoint, undefined);
        return {};
      },
    });
}
