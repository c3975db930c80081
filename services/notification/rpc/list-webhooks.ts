import type { Rpcs } from '#chassis/serve.ts';
import type { NotificationService } from '#gen/bank/notification/v1/notification_service_pb.ts';
import { Audience } from '#gen/bank/options/v1/options_pb.ts';
import type { Context } from '../context.ts';
import { sealedIn } from '../delivery-tables.ts';
import { refuse } from '../domain/refusals.ts';
import { selectWebhooksOf } from '../webhook-tables.ts';
import { openEndpoint, principalOf, webhookMessage } from '../webhooks.ts';

/** Lists the webhooks of the caller, or of a party. */
export function listWebhooks({ database, vault }: Context): Rpcs<typeof NotificationService>['listWebhooks'] {
  return async (request, call) => {
    const principal = principalOf(call);
    const partyId = principal.audience === Audience.STAFF ? request.partyId : principal.partyId;
    if (partyId === '') throw refuse('PARTY_NOT_FOUND');
    const rows = await database.query(selectWebhooksOf(partyId));
    const webhooks = rows.map(async (row) => webhookMessage(row, await openEndpoint(vault, sealedIn(row.endpoint))));
    return { webhooks: await Promise.all(webhooks) };
  };
}
