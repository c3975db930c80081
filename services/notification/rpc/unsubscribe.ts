import { create } from '@bufbuild/protobuf';
import type { Rpcs } from '#chassis/serve.ts';
import {
  NotificationService as Contract,
  type NotificationService,
} from '#gen/bank/notification/v1/notification_service_pb.ts';
import { Audience } from '#gen/bank/options/v1/options_pb.ts';
import { ActorSchema } from '#gen/bank/type/v1/actor_pb.ts';
import type { Context } from '../context.ts';
import { selectByKey } from '../delivery-log.ts';
import { choose } from '../domain/preferences.ts';
import { refuse } from '../domain/refusals.ts';
import { topicMessage } from '../inbox.ts';
import { channelMessage } from '../preferences.ts';
import { lockedPreferences, storePreferences } from '../stored-preferences.ts';
import { readToken } from '../unsubscribing.ts';

/** Ends the notices of a topic by the way of a message, as a command of the customer who has it. */
export function unsubscribe(context: Context): Rpcs<typeof NotificationService>['unsubscribe'] {
  return async (request, call) => {
    const told = readToken(context, request.token);
    if (!told) throw refuse('UNSUBSCRIBE_TOKEN_INVALID');
    if (told.expireMs <= Date.now()) throw refuse('UNSUBSCRIBE_TOKEN_EXPIRED');
    const [message] = await context.database.query(selectByKey(told.key));
    if (!message) throw refuse('UNSUBSCRIBE_TOKEN_INVALID');
    const { partyId, channel } = message;
    // Whoever has the message is the customer as far as this goes, and nobody has logged in.
    const principal = create(ActorSchema, { audience: Audience.PUBLIC, partyId });
    return context.commands.run(
      Contract.method.unsubscribe,
      request,
      { ...call, principal },
      {
        decide: async (tx) => {
          const stored = await lockedPreferences(context, tx, partyId);
          const unwanted = { topic: told.topic, place: channel, wanted: false, rhythm: 'at once' } as const;
          const after = { ...stored.preferences, choices: choose(stored.preferences.choices, [unwanted]) };
          storePreferences(tx, stored, after);
          return { topic: topicMessage(told.topic), channel: channelMessage(channel) };
        },
      },
    );
  };
}
