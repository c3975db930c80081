import type { Rpcs } from '#chassis/serve.ts';
import type { NotificationService } from '#gen/bank/notification/v1/notification_service_pb.ts';
import type { Context } from '../context.ts';
import { ownerOf } from '../inbox.ts';
import { selectThresholds } from '../low-balance-tables.ts';
import { preferencesMessage } from '../preferences.ts';
import { PreferenceRow, preferencesOf } from '../tables.ts';

/** Reads how the caller wants to be told. */
export function getPreferences({ database, config }: Context): Rpcs<typeof NotificationService>['getPreferences'] {
  return async (_request, call) => {
    const partyId = ownerOf(call);
    const row = await database.orm.em.fork().findOne(PreferenceRow, { partyId });
    const lowBalances = await database.query(selectThresholds(partyId));
    const preferences = preferencesOf(row, config.BANK_TIME_ZONE);
    return { preferences: preferencesMessage(preferences, row?.version ?? 0, lowBalances) };
  };
}
