import type { Rpcs } from '#chassis/serve.ts';
import {
  NotificationService as Contract,
  type NotificationService,
} from '#gen/bank/notification/v1/notification_service_pb.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { enableWebhook as save } from '../webhook-tables.ts';
import { lockOpened, recordWebhook, webhookMessage } from '../webhooks.ts';

/** Lets the bank send to a webhook again. */
export function enableWebhook(context: Context): Rpcs<typeof NotificationService>['enableWebhook'] {
  return (request, call) =>
    context.commands.run(Contract.method.enableWebhook, request, call, {
      decide: async (tx) => {
        const { row, endpoint } = await lockOpened(context, tx, request.webhookId);
        if (row.state === 'active') throw refuse('WEBHOOK_ACTIVE');
        await tx.execute(save(row.webhookId));
        const enabled = { state: 'active', disableReason: '', disableMs: null, failingMs: null } as const;
        const after = { ...row, ...enabled, version: row.version + 1 };
        recordWebhook(tx, after, undefined, endpoint);
        return { webhook: webhookMessage(after, endpoint) };
      },
    });
}
