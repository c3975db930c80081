import type { JsonObject } from '@bufbuild/protobuf';
import { LockMode } from '@mikro-orm/core';
import type { CommandTx } from '#chassis/command.ts';
import { refuseCall } from '#chassis/errors.ts';
import { maskedFields } from '#chassis/mask.ts';
import type { Rpcs } from '#chassis/serve.ts';
import {
  NotificationService as Contract,
  type NotificationService,
  type UpdatePreferencesRequest,
  UpdatePreferencesRequestSchema,
} from '#gen/bank/notification/v1/notification_service_pb.ts';
import { type Context, preferencesOf } from '../context.ts';
import { choose, isTimeZone, type Preferences } from '../domain/preferences.ts';
import { refuse } from '../domain/refusals.ts';
import { LOCALES } from '../domain/words.ts';
import { ownerOf, topicWord } from '../inbox.ts';
import { channelWord, preferencesMessage } from '../preferences.ts';
import { lockPreferences, PreferenceRow } from '../tables.ts';

const MUTABLE = ['locale', 'timeZone', 'quietHours', 'choices'] as const;
type Mutable = (typeof MUTABLE)[number];

/** Changes how the caller wants to be told. */
export function updatePreferences(context: Context): Rpcs<typeof NotificationService>['updatePreferences'] {
  return (request, call) => {
    const names = maskedFields(UpdatePreferencesRequestSchema, request, request.updateMask, MUTABLE);
    return context.commands.run(Contract.method.updatePreferences, request, call, {
      decide: async (tx) => update(context, tx, { request, names, partyId: ownerOf(call) }),
    });
  };
}

async function update(
  { config }: Context,
  tx: CommandTx,
  asked: { request: UpdatePreferencesRequest; names: readonly Mutable[]; partyId: string },
) {
  const { request, names, partyId } = asked;
  // Two who are the first to change them wait for each other too.
  await tx.query(lockPreferences(partyId));
  const row = await tx.em.findOne(PreferenceRow, { partyId }, { lockMode: LockMode.PESSIMISTIC_WRITE, refresh: true });
  const version = row?.version ?? 0;
  if (request.etag !== '' && request.etag !== String(version)) throw refuseCall('ETAG_MISMATCH');
  const before = preferencesOf(row, config.BANK_TIME_ZONE);
  const after = changed(before, request, names);
  const columns = { ...after, choices: { ...after.choices }, version: version + 1, updateTime: new Date() };
  if (row) Object.assign(row, columns);
  else tx.insert(PreferenceRow, { partyId, ...columns });
  tx.record({ resourceIds: [partyId], partyId, before: jsonOf(before), after: jsonOf(after) });
  return { preferences: preferencesMessage(after, version + 1) };
}

function jsonOf(preferences: Preferences): JsonObject {
  return { ...preferences, choices: { ...preferences.choices } };
}

/** The preferences with what is asked for in its place. */
function changed(before: Preferences, request: UpdatePreferencesRequest, names: readonly Mutable[]): Preferences {
  const { timeZone, quietHours } = request;
  const locale = LOCALES.find((known) => known === request.locale);
  if (names.includes('locale') && !locale) throw refuse('LOCALE_UNKNOWN');
  if (names.includes('timeZone') && !isTimeZone(timeZone)) throw refuse('TIME_ZONE_UNKNOWN');
  if (quietHours && quietHours.fromTime === quietHours.untilTime) throw refuse('QUIET_HOURS_INVALID');
  const choices = request.choices.map(({ topic, channel, wanted }) => ({
    topic: topicWord(topic),
    channel: channelWord(channel),
    wanted,
  }));
  return {
    locale: names.includes('locale') && locale ? locale : before.locale,
    timeZone: names.includes('timeZone') ? timeZone : before.timeZone,
    quietFrom: names.includes('quietHours') ? (quietHours?.fromTime ?? null) : before.quietFrom,
    quietUntil: names.includes('quietHours') ? (quietHours?.untilTime ?? null) : before.quietUntil,
    choices: names.includes('choices') ? choose(before.choices, choices) : before.choices,
  };
}
