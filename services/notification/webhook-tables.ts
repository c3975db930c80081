// The statements about webhooks and who has them.
import { toBinary } from '@bufbuild/protobuf';
import { type RawBuilder, sql } from 'kysely';
import { asBuffer } from '#chassis/encode.ts';
import { sqlArray } from '#chassis/sql-array.ts';
import { type Sealed, SealedSchema } from '#gen/bank/type/v1/sealed_pb.ts';

/** A webhook as it is stored. Times are milliseconds since the epoch. */
export interface WebhookRow {
  readonly webhookId: string;
  readonly partyId: string;
  readonly endpoint: Buffer;
  readonly eventTypes: readonly string[];
  readonly state: 'active' | 'disabled';
  readonly disableReason: '' | 'failing' | 'gone' | 'erased';
  readonly disableMs: number | null;
  readonly failingMs: number | null;
  readonly version: number;
  readonly createMs: number;
}

const ms = (column: string) => sql.raw(`floor(extract(epoch from ${column}) * 1000)::float8`);
const WEBHOOK = sql`webhook_id as "webhookId", party_id as "partyId", endpoint, event_types as "eventTypes", state,
  disable_reason as "disableReason", ${ms('disable_time')} as "disableMs", ${ms('failing_time')} as "failingMs", version,
  ${ms('create_time')} as "createMs"`;

/** The webhooks of a party, oldest first. */
export function selectWebhooksOf(partyId: string): RawBuilder<WebhookRow> {
  return sql<WebhookRow>`
    select ${WEBHOOK} from webhook where party_id = ${partyId} and state <> 'deleted' order by webhook_id
  `;
}

/** A webhook, unless it was deleted, locked until the transaction ends. */
export function lockWebhook(webhookId: string): RawBuilder<WebhookRow> {
  return sql<WebhookRow>`
    select ${WEBHOOK} from webhook where webhook_id = ${webhookId} and state <> 'deleted' for update
  `;
}

/** Whose webhooks are, of those that are not deleted. */
export function selectWebhookParties(
  webhookIds: readonly string[],
): RawBuilder<{ webhookId: string; partyId: string }> {
  return sql<{ webhookId: string; partyId: string }>`
    select webhook_id as "webhookId", party_id as "partyId" from webhook
    where webhook_id = any(${sqlArray(webhookIds)}::text[]) and state <> 'deleted'
  `;
}

/** Whether there is, or was, a webhook: staff see what was sent to one that is deleted. */
export function selectWebhookExists(webhookId: string): RawBuilder<{ state: string }> {
  return sql<{ state: string }>`select state from webhook where webhook_id = ${webhookId}`;
}

/** Two who make webhooks of one party wait for each other. */
export function lockWebhooksOf(partyId: string): RawBuilder<unknown> {
  return sql`select pg_advisory_xact_lock(hashtextextended(${`webhooks ${partyId}`}, 0))`;
}

/** Makes a webhook. */
export function insertWebhook(row: {
  webhookId: string;
  partyId: string;
  endpoint: Sealed;
  eventTypes: readonly string[];
  scopes: readonly string[];
  createMs: number;
}): RawBuilder<unknown> {
  return sql`
    insert into webhook (webhook_id, party_id, endpoint, event_types, scopes, state, version, create_time)
    values (${row.webhookId}, ${row.partyId}, ${sealedBytes(row.endpoint)}, ${sqlArray(row.eventTypes)}::text[],
      ${sqlArray(row.scopes)}::text[], 'active', 1, ${new Date(row.createMs)})
  `;
}

/** Changes what its owner says of a webhook. */
export function updateWebhook(
  webhookId: string,
  change: { endpoint: Sealed; eventTypes: readonly string[] },
): RawBuilder<unknown> {
  return sql`
    update webhook set endpoint = ${sealedBytes(change.endpoint)}, event_types = ${sqlArray(change.eventTypes)}::text[],
      version = version + 1
    where webhook_id = ${webhookId}
  `;
}

/** Lets a webhook be sent to again. */
export function enableWebhook(webhookId: string): RawBuilder<unknown> {
  return sql`
    update webhook set state = 'active', disable_reason = '', disable_time = null, failing_time = null, version = version + 1
    where webhook_id = ${webhookId}
  `;
}

/** Stops to send to a webhook that is active; answers whose it is. What waits is held. */
export function disableWebhook(
  webhookId: string,
  reason: Exclude<WebhookRow['disableReason'], ''>,
): RawBuilder<{ partyId: string }> {
  return sql<{ partyId: string }>`
    with held as (
      update webhook_delivery set state = 'held', next_time = null
      where webhook_id = ${webhookId} and next_time is not null
    )
    update webhook set state = 'disabled', disable_reason = ${reason}, disable_time = now()
    where webhook_id = ${webhookId} and state = 'active' returning party_id as "partyId"
  `;
}

/** Ends a webhook for good. */
export function deleteWebhook(webhookId: string): RawBuilder<unknown> {
  return sql`
    with held as (
      update webhook_delivery set state = 'held', next_time = null
      where webhook_id = ${webhookId} and next_time is not null
    )
    update webhook set state = 'deleted', endpoint = null, disable_reason = '', disable_time = null
    where webhook_id = ${webhookId}
  `;
}

/** What security has said of a partner; undefined leaves what it has said before. */
export function savePartner(
  partyId: string,
  said: { scopes?: readonly string[]; suspended?: boolean },
): RawBuilder<unknown> {
  const scopes = said.scopes ? sql`${sqlArray(said.scopes)}::text[]` : sql`null::text[]`;
  return sql`
    insert into webhook_partner as p (party_id, scopes, suspended)
    values (${partyId}, ${scopes}, ${said.suspended ?? false})
    on conflict (party_id) do update set
      scopes = coalesce(excluded.scopes, p.scopes),
      suspended = ${said.suspended === undefined ? sql`p.suspended` : sql`excluded.suspended`}
  `;
}

/** A webhook that may have to hear of something. */
export interface HearerRow {
  readonly webhookId: string;
  readonly partyId: string;
  readonly eventTypes: readonly string[];
  readonly scopes: readonly string[];
  readonly state: 'active' | 'disabled';
  readonly createMs: number;
}

/** The webhooks of these parties, and all that want one of these types; none of a partner that is suspended, or of who was erased. */
export function selectHearers(partyIds: readonly string[], types: readonly string[]): RawBuilder<HearerRow> {
  return sql<HearerRow>`
    select w.webhook_id as "webhookId", w.party_id as "partyId", w.event_types as "eventTypes", w.state,
      coalesce(p.scopes, w.scopes) as scopes, ${ms('w.create_time')} as "createMs"
    from webhook w left join webhook_partner p on p.party_id = w.party_id
    where w.state <> 'deleted' and w.disable_reason <> 'erased' and not coalesce(p.suspended, false)
      and (w.party_id = any(${sqlArray(partyIds)}::text[])
        ${types.length > 0 ? sql`or w.event_types && ${sqlArray(types)}::text[]` : sql``})
  `;
}

/** A sealed message as a column holds it. */
export function sealedBytes(sealed: Sealed): Buffer {
  return asBuffer(toBinary(SealedSchema, sealed));
}
