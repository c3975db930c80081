// The notification service's tables, and the statements on them. Notices are written many at once, by events.
import { type JsonObject, toBinary } from '@bufbuild/protobuf';
import { defineEntity, p } from '@mikro-orm/core';
import { type RawBuilder, sql } from 'kysely';
import { asBuffer } from '#chassis/encode.ts';
import { sqlArray } from '#chassis/sql-array.ts';
import { SealedSchema } from '#gen/bank/type/v1/sealed_pb.ts';
import { type Preferences, untold } from './domain/preferences.ts';
import type { Telling } from './domain/telling.ts';
import type { Channel, Facts, Locale, Topic } from './domain/words.ts';

const PreferenceSchema = defineEntity({
  name: 'PreferenceRow',
  tableName: 'preference',
  properties: {
    partyId: p.text().primary(),
    locale: p.text(),
    timeZone: p.text(),
    quietFrom: p.text().nullable(),
    quietUntil: p.text().nullable(),
    choices: p.json<JsonObject>(),
    version: p.integer(),
    digestTime: p.text(),
    digestWeekday: p.integer(),
    wantsNews: p.boolean(),
    updateTime: p.datetime(),
  },
});

/** How a customer wants to be told. */
export class PreferenceRow extends PreferenceSchema.class {}
PreferenceSchema.setClass(PreferenceRow);

export const entities = [PreferenceSchema];

/** The preferences in a row, or those of somebody who has none. */
export function preferencesOf(row: PreferenceRow | null, bankTimeZone: string): Preferences {
  if (!row) return untold(bankTimeZone);
  const { quietFrom = null, quietUntil = null, timeZone, digestTime, digestWeekday } = row;
  const choices = row.choices as Preferences['choices'];
  return { locale: row.locale as Locale, timeZone, quietFrom, quietUntil, choices, digestTime, digestWeekday };
}

/** A notice as it is read. Times are milliseconds since the epoch. */
export interface NoticeRow {
  readonly number: number;
  readonly template: string;
  readonly topic: Topic;
  readonly facts: Facts;
  readonly occurMs: number;
  readonly createMs: number;
  readonly readMs: number | null;
}

/** How far an inbox has come. */
export interface InboxHead {
  readonly partyId: string;
  readonly lastNumber: number;
  readonly unreadCount: number;
}

/** A notice that is to be written. */
export interface NewNotice extends Telling {
  readonly occurMs: number;
  /** The ways that it goes, besides the inbox; with when, where it is gathered. */
  readonly ways: readonly { readonly channel: Channel; readonly due?: string }[];
}

/**
 * Writes notices, each with the next number of its inbox. Inboxes are locked in the order of their ids, so that two who write
 * to the same ones wait for each other and not both.
 */
export function insertNotices(rows: readonly NewNotice[]): RawBuilder<unknown> {
  return sql`
    with given as (
      select *, row_number() over (partition by party_id order by place) as nth,
        count(*) over (partition by party_id) as of_party
      from unnest(
        ${sqlArray(rows.map(({ partyId }) => partyId))}::text[],
        ${sqlArray(rows.map(({ template }) => template))}::text[],
        ${sqlArray(rows.map(({ topic }) => topic))}::text[],
        ${sqlArray(rows.map(({ facts }) => JSON.stringify(facts)))}::jsonb[],
        ${sqlArray(rows.map(({ occurMs }) => new Date(occurMs).toISOString()))}::timestamptz[],
        ${sqlArray(rows.map(({ ways }) => JSON.stringify(ways)))}::jsonb[],
        ${sqlArray(rows.map(({ secret }) => (secret ? asBuffer(toBinary(SealedSchema, secret)) : null)))}::bytea[]
      ) with ordinality as g (party_id, template, topic, facts, occur_time, ways, secret, place)
    ), counted as (
      insert into inbox_head as h (party_id, last_number, unread_count)
      select party_id, count(*), count(*) from given group by party_id order by party_id
      on conflict (party_id) do update set
        last_number = h.last_number + excluded.last_number, unread_count = h.unread_count + excluded.unread_count
      returning party_id, last_number
    ), numbered as (
      select g.*, c.last_number - g.of_party + g.nth as number from given g join counted c on c.party_id = g.party_id
    ), sent as (
      insert into delivery (party_id, number, channel, state, attempts, next_time, create_time, secret, digest)
      select party_id, number, channel, 'waiting', 0, coalesce(due, now()), now(), secret, due is not null
      from numbered, jsonb_to_recordset(ways) as way (channel text, due timestamptz)
    )
    insert into notice (party_id, number, template, topic, facts, occur_time, create_time)
    select party_id, number, template, topic, facts, occur_time, now() from numbered
  `;
}

const ms = (column: string) => sql.raw(`floor(extract(epoch from ${column}) * 1000)::float8`);
const NOTICE = sql`number, template, topic, facts, ${ms('occur_time')} as "occurMs",
  ${ms('create_time')} as "createMs", ${ms('read_time')} as "readMs"`;

/** The newest notices of somebody, below a number. */
export function selectNewest(
  partyId: string,
  filter: { before: number | undefined; unreadOnly: boolean; limit: number },
): RawBuilder<NoticeRow> {
  const { before, unreadOnly, limit } = filter;
  return sql<NoticeRow>`
    select ${NOTICE} from notice
    where party_id = ${partyId}
      ${before === undefined ? sql`` : sql`and number < ${before}`}
      ${unreadOnly ? sql`and read_time is null` : sql``}
    order by number desc limit ${limit}
  `;
}

/** The first notices of somebody, after a number. */
export function selectAfter(partyId: string, after: number, limit: number): RawBuilder<NoticeRow> {
  return sql<NoticeRow>`
    select ${NOTICE} from notice where party_id = ${partyId} and number > ${after} order by number limit ${limit}
  `;
}

/** How far inboxes have come. Of those that nothing ever came to there is none. */
export function selectHeads(partyIds: readonly string[]): RawBuilder<InboxHead> {
  return sql<InboxHead>`
    select party_id as "partyId", last_number as "lastNumber", unread_count as "unreadCount"
    from inbox_head where party_id = any(${sqlArray(partyIds)}::text[])
  `;
}

/** Locks an inbox until the transaction ends, and answers how far it has come. */
export function lockHead(partyId: string): RawBuilder<InboxHead> {
  return sql<InboxHead>`
    select party_id as "partyId", last_number as "lastNumber", unread_count as "unreadCount"
    from inbox_head where party_id = ${partyId} for update
  `;
}

/** Those of these notices that are not read. */
export function selectUnread(partyId: string, numbers: readonly number[]): RawBuilder<{ number: number }> {
  return sql<{ number: number }>`
    select number from notice
    where party_id = ${partyId} and number = any(${sqlArray(numbers)}::integer[]) and read_time is null
  `;
}

/** Marks notices, none of which is read, as read. */
export function markRead(partyId: string, numbers: readonly number[]): RawBuilder<unknown> {
  return sql`
    with marked as (
      update notice set read_time = now() where party_id = ${partyId} and number = any(${sqlArray(numbers)}::integer[])
    )
    update inbox_head set unread_count = unread_count - ${numbers.length} where party_id = ${partyId}
  `;
}

/** How customers want to be told, of those who ever said so. */
export function selectPreferences(partyIds: readonly string[]): RawBuilder<PreferenceRow> {
  return sql<PreferenceRow>`
    select party_id as "partyId", locale, time_zone as "timeZone", quiet_from as "quietFrom",
      quiet_until as "quietUntil", choices, digest_time as "digestTime", digest_weekday as "digestWeekday", version
    from preference where party_id = any(${sqlArray(partyIds)}::text[])
  `;
}

/** Locks somebody's preferences until the transaction ends, be there a row or not. */
export function lockPreferences(partyId: string): RawBuilder<unknown> {
  return sql`select pg_advisory_xact_lock(hashtextextended(${`preference ${partyId}`}, 0))`;
}
