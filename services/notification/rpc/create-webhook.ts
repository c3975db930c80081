import { newId } from '#chassis/id.ts';
import type { Rpcs } from '#chassis/serve.ts';
import {
  NotificationService as Contract,
  type NotificationService,
} from '#gen/bank/notification/v1/notification_service_pb.ts';
import type { Context } from '../context.ts';
import { webhookNotices } from '../delivering-webhooks.ts';
import { refuse } from '../domain/refusals.ts';
import { WEBHOOKS_MAX } from '../domain/webhooks.ts';
import { insertNotices } from '../tables.ts';
import { newSecret } from '../webhook-sending.ts';
import { insertWebhook, lockWebhooksOf, selectWebhooksOf } from '../webhook-tables.ts';
import { checkTypes, checkUrl, principalOf, recordWebhook, sealEndpoint, webhookMessage } from '../webhooks.ts';

/** Makes a webhook of the caller's, and its secret. */
export function createWebhook(context: Context): Rpcs<typeof NotificationService>['createWebhook'] {
  const { commands, vault } = context;
  return (request, call) => {
    const { partyId, scopes } = principalOf(call);
    const { url, description, eventTypes } = request;
    return commands.run(Contract.method.createWebhook, request, call, {
      prepare: async () => {
        checkTypes(eventTypes, call);
        await checkUrl(context, url);
        await vault.ready(partyId);
      },
      decide: async (tx) => {
        await tx.query(lockWebhooksOf(partyId));
        if ((await tx.query(selectWebhooksOf(partyId))).length >= WEBHOOKS_MAX) throw refuse('TOO_MANY_WEBHOOKS');
        const secret = newSecret();
        const endpoint = { url, description, secrets: [{ secret }] };
        const webhookId = newId('whk');
        const createMs = Date.now();
        const sealed = await sealEndpoint(vault, partyId, endpoint);
        await tx.execute(insertWebhook({ webhookId, partyId, endpoint: sealed, eventTypes, scopes, createMs }));
        for (const notice of await webhookNotices(context, tx, partyId, 'webhook-created'))
          tx.write(insertNotices, notice);
        const [row] = (await tx.query(selectWebhooksOf(partyId))).filter((one) => one.webhookId === webhookId);
        if (!row) throw new Error('a webhook that was made is not there');
        recordWebhook(tx, row, undefined, endpoint);
        return { webhook: webhookMessage(row, endpoint), secret };
      },
    });
  };
}
