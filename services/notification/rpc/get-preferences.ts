import type { Rpcs } from '#chassis/serve.ts';
import type { NotificationService } from '#gen/bank/notification/v1/notification_service_pb.ts';
import type { Context } from '../context.ts';
import { ownerOf } from '../inbox.ts';
import { preferencesMessage } from '../preferences.ts';
import { PreferenceRow, preferencesOf } from '../tables.ts';

/** Reads how the caller wants to be told. */
export function getPreferences({ database, config }: Context): Rpcs<typeof NotificationService>['getPreferences'] {
  return async (_request, call) => {
    const row = await database.orm.em.fork().findOne(PreferenceRow, { partyId: ownerOf(call) });
    return { preferences: preferencesMessage(preferencesOf(row, config.BANK_TIME_ZONE), row?.version ?? 0) };
  };
}
