import type { Rpcs } from '#chassis/serve.ts';
import {
  NotificationService as Contract,
  type NotificationService,
} from '#gen/bank/notification/v1/notification_service_pb.ts';
import type { Context } from '../context.ts';
import { selectByKey } from '../delivery-log.ts';
import { choose } from '../domain/preferences.ts';
import { refuse } from '../domain/refusals.ts';
import { lockedPreferences, storePreferences } from '../stored-preferences.ts';
import { keyOfToken } from '../unsubscribing.ts';

/** Withdraws the consent to news of products by the way of a message. */
export function unsubscribeProductNews(context: Context): Rpcs<typeof NotificationService>['unsubscribeProductNews'] {
  return (request, call) => {
    const key = keyOfToken(context, request.token);
    if (key === undefined) throw refuse('UNSUBSCRIBE_TOKEN_INVALID');
    return context.commands.run(Contract.method.unsubscribeProductNews, request, call, {
      decide: async (tx) => {
        const [message] = await tx.query(selectByKey(key));
        if (!message) throw refuse('UNSUBSCRIBE_TOKEN_INVALID');
        const { partyId, channel } = message;
        const stored = await lockedPreferences(context, tx, partyId);
        const unwanted = { topic: 'product_news', place: channel, wanted: false, rhythm: 'at once' } as const;
        const after = { ...stored.preferences, choices: choose(stored.preferences.choices, [unwanted]) };
        storePreferences(tx, stored, after);
        return {};
      },
    });
  };
}
