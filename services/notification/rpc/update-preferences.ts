import { refuseCall } from '#chassis/errors.ts';
import { maskedFields } from '#chassis/mask.ts';
import type { Rpcs } from '#chassis/serve.ts';
import {
  NotificationService as Contract,
  type NotificationService,
  type UpdatePreferencesRequest,
  UpdatePreferencesRequestSchema,
} from '#gen/bank/notification/v1/notification_service_pb.ts';
import type { Context } from '../context.ts';
import { choose, isTimeZone, type Preferences } from '../domain/preferences.ts';
import { refuse } from '../domain/refusals.ts';
import { LOCALES } from '../domain/words.ts';
import { ownerOf } from '../inbox.ts';
import { replaceThresholds, selectThresholds } from '../low-balance-tables.ts';
import { thresholdsOf } from '../low-balances.ts';
import { choiceOf, preferencesMessage } from '../preferences.ts';
import { lockedPreferences, storePreferences } from '../stored-preferences.ts';

const MUTABLE = ['locale', 'timeZone', 'quietHours', 'choices', 'digest', 'lowBalances'] as const;
type Mutable = (typeof MUTABLE)[number];

/** Changes how the caller wants to be told. */
export function updatePreferences(context: Context): Rpcs<typeof NotificationService>['updatePreferences'] {
  return async (request, call) => {
    const names = maskedFields(UpdatePreferencesRequestSchema, request, request.updateMask, MUTABLE);
    const partyId = ownerOf(call);
    const wanted = names.includes('lowBalances') && (await thresholdsOf(context, partyId, request.lowBalances));
    return context.commands.run(Contract.method.updatePreferences, request, call, {
      decide: async (tx) => {
        const stored = await lockedPreferences(context, tx, partyId);
        if (request.etag !== '' && request.etag !== String(stored.version)) throw refuseCall('ETAG_MISMATCH');
        const after = changed(stored.preferences, request, names);
        const before = await tx.query(selectThresholds(partyId));
        if (wanted) await tx.execute(replaceThresholds(partyId, wanted));
        const lowBalances = wanted || before;
        const version = storePreferences(tx, stored, after, { before, after: lowBalances });
        return { preferences: preferencesMessage(after, version, lowBalances) };
      },
    });
  };
}

/** The preferences with what is asked for in its place. */
function changed(before: Preferences, request: UpdatePreferencesRequest, names: readonly Mutable[]): Preferences {
  const { timeZone, quietHours, digest } = request;
  const locale = LOCALES.find((known) => known === request.locale);
  if (names.includes('locale') && !locale) throw refuse('LOCALE_UNKNOWN');
  if (names.includes('timeZone') && !isTimeZone(timeZone)) throw refuse('TIME_ZONE_UNKNOWN');
  if (quietHours && quietHours.fromTime === quietHours.untilTime) throw refuse('QUIET_HOURS_INVALID');
  return {
    locale: names.includes('locale') && locale ? locale : before.locale,
    timeZone: names.includes('timeZone') ? timeZone : before.timeZone,
    quietFrom: names.includes('quietHours') ? (quietHours?.fromTime ?? null) : before.quietFrom,
    quietUntil: names.includes('quietHours') ? (quietHours?.untilTime ?? null) : before.quietUntil,
    choices: names.includes('choices') ? choose(before.choices, request.choices.map(choiceOf)) : before.choices,
    digestTime: names.includes('digest') ? (digest?.time ?? before.digestTime) : before.digestTime,
    digestWeekday: names.includes('digest') ? (digest?.weekday ?? before.digestWeekday) : before.digestWeekday,
  };
}
