import type { Rpcs } from '#chassis/serve.ts';
import type { NotificationService } from '#gen/bank/notification/v1/notification_service_pb.ts';
import { heardBy } from '../domain/webhooks.ts';
import { hearerOf, principalOf } from '../webhooks.ts';

/** Lists the events that the caller may hear of. */
export function listWebhookEventTypes(): Rpcs<typeof NotificationService>['listWebhookEventTypes'] {
  return async (_request, call) => ({ eventTypes: heardBy(hearerOf(principalOf(call))) });
}
