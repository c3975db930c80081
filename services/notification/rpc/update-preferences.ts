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
import { choiceOf, preferencesMessage } from '../preferences.ts';
import { lockedPreferences, storePreferences } from '../stored-preferences.ts';

const MUTABLE = ['locale', 'timeZone', 'quietHours', 'choices', 'digest'] as const;
type Mutable = (typeof MUTABLE)[number];

/** Changes how the caller wants to be told. */
export function updatePreferences(context: Context): Rpcs<typeof NotificationService>['updatePreferences'] {
  return (request, call) => {
    const names = maskedFields(UpdatePreferencesRequestSchema, request, request.updateMask, MUTABLE);
    return context.commands.run(Contract.method.updatePreferences, request, call, {
      decide: async (tx) => {
        const stored = await lockedPreferences(context, tx, ownerOf(call));
        if (request.etag !== '' && request.etag !== String(stored.version)) throw refuseCall('ETAG_MISMATCH');
        const after = changed(stored.preferences, request, names);
        return { preferences: preferencesMessage(after, storePreferences(tx, stored, after)) };
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
