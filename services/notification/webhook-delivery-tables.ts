// The statements about what is sent to webhooks.
import { type RawBuilder, sql } from 'kysely';
import { sqlArray } from '#chassis/sql-array.ts';
import type { Sealed } from '#gen/bank/type/v1/sealed_pb.ts';
import { KEPT_DAYS } from './domain/webhooks.ts';
import { sealedBytes } from './webhook-tables.ts';

/** An event that is to be sent to a webhook. */
export interface NewDelivery {
  readonly webhookId: string;
  readonly eventId: string;
  readonly eventType: string;
  readonly body: string;
  readonly occurMs: number;
  /** Of a webhook that is disabled: it waits to be replayed. */
  readonly held: boolean;
}

/** Writes deliveries. One that there is already stays as it is. */
export function insertWebhookDeliveries(rows: readonly NewDelivery[]): RawBuilder<unknown> {
  return sql`
    insert into webhook_delivery
      (webhook_id, event_id, event_type, body, state, next_time, occur_time, create_time)
    select webhook_id, event_id, event_type, body, case when held then 'held' else 'waiting' end,
      case when held then null else now() end, occur_time, now()
    from unnest(
      ${sqlArray(rows.map(({ webhookId }) => webhookId))}::text[],
      ${sqlArray(rows.map(({ eventId }) => eventId))}::text[],
      ${sqlArray(rows.map(({ eventType }) => eventType))}::text[],
      ${sqlArray(rows.map(({ body }) => body))}::text[],
      ${sqlArray(rows.map(({ occurMs }) => new Date(occurMs).toISOString()))}::timestamptz[],
      ${sqlArray(rows.map(({ held }) => String(held)))}::boolean[]
    ) as g (webhook_id, event_id, event_type, body, occur_time, held)
    on conflict do nothing
  `;
}

/** Which delivery, at which try. `lease` is until when nobody else takes it: who has lost it says nothing of it any more. */
export interface TakenDelivery {
  readonly webhookId: string;
  readonly eventId: string;
  readonly eventType: string;
  readonly body: string;
  readonly attempts: number;
  readonly tries: number;
  readonly lease: string;
  readonly endpoint: Buffer;
}

/**
 * Takes deliveries that are due, of each webhook so many at most, and one of each that is failing, so that those that are slow or
 * away hold up no other, less those that this process is `busy` with; and none of a partner that is suspended.
 */
export function takeWebhookDeliveries(
  busy: ReadonlyMap<string, number>,
  limits: { each: number; all: number; leaseMs: number },
): RawBuilder<TakenDelivery> {
  return sql<TakenDelivery>`
    with free as (
      select w.webhook_id, w.endpoint,
        case when w.failing_time is null then ${limits.each}::int else 1 end - coalesce(b.count, 0) as room
      from webhook w left join webhook_partner p on p.party_id = w.party_id
        left join unnest(${sqlArray([...busy.keys()])}::text[], ${sqlArray([...busy.values()])}::int[]) as b (webhook_id, count)
          on b.webhook_id = w.webhook_id
      where w.state <> 'deleted' and not coalesce(p.suspended, false)
    ), due as (
      select d.webhook_id, d.event_id from free f cross join lateral (
        select webhook_id, event_id from webhook_delivery
        where webhook_id = f.webhook_id and next_time <= now()
        order by next_time limit greatest(0, f.room) for update skip locked
      ) d limit ${limits.all}
    ), taken as (
      update webhook_delivery d set attempts = d.attempts + 1, tries = d.tries + 1,
        next_time = clock_timestamp() + ${limits.leaseMs} * interval '1 millisecond'
      from due where d.webhook_id = due.webhook_id and d.event_id = due.event_id
      returning d.*
    )
    select t.webhook_id as "webhookId", t.event_id as "eventId", t.event_type as "eventType", t.body, t.attempts, t.tries,
      t.next_time::text as lease, f.endpoint
    from taken t join free f on f.webhook_id = t.webhook_id
  `;
}

/** A try that is over. */
export interface NewAttempt extends Pick<TakenDelivery, 'webhookId' | 'eventId' | 'attempts' | 'lease'> {
  readonly durationMs: number;
  readonly statusCode: number;
  readonly failure: string;
  readonly excerpt: Sealed | undefined;
}

const mine = ({ webhookId, eventId, lease }: Pick<TakenDelivery, 'webhookId' | 'eventId' | 'lease'>) =>
  sql`webhook_id = ${webhookId} and event_id = ${eventId} and next_time = ${lease}::timestamptz`;

function logged({ webhookId, eventId, attempts, durationMs, statusCode, failure, excerpt }: NewAttempt) {
  return sql`
    insert into webhook_attempt
      (webhook_id, event_id, attempt, attempt_time, duration_ms, status_code, failure, excerpt)
    values (${webhookId}, ${eventId}, ${attempts}, now() - ${durationMs} * interval '1 millisecond', ${durationMs},
      ${statusCode}, ${failure}, ${excerpt ? sealedBytes(excerpt) : null})
    on conflict do nothing
  `;
}

// Statements in front of the last one are carried out after it: so the webhook is locked first by all, and then its deliveries.

/** It was taken. */
export function markDelivered(attempt: NewAttempt): RawBuilder<unknown> {
  return sql`
    with logged as (${logged(attempt)}), delivered as (
      update webhook_delivery set state = 'delivered', next_time = null, deliver_time = now(), failure = ''
      where ${mine(attempt)}
    )
    update webhook set failing_time = null where webhook_id = ${attempt.webhookId} and failing_time is not null
  `;
}

/** It was not, and is tried again after a pause, or given up. Answers since when nothing was taken. */
export function markUndelivered(attempt: NewAttempt, pauseMs: number | undefined): RawBuilder<{ failingMs: number }> {
  const next = pauseMs === undefined ? sql`null` : sql`now() + ${pauseMs} * interval '1 millisecond'`;
  return sql<{ failingMs: number }>`
    with logged as (${logged(attempt)}), failed as (
      update webhook_delivery set state = ${pauseMs === undefined ? 'dead' : 'retrying'}, next_time = ${next},
        failure = ${attempt.failure}
      where ${mine(attempt)}
    )
    update webhook set failing_time = coalesce(failing_time, now()) where webhook_id = ${attempt.webhookId}
    returning floor(extract(epoch from failing_time) * 1000)::float8 as "failingMs"
  `;
}

/** It was not tried after all, or not to the end: somebody else does at once. */
export function giveBack(taken: TakenDelivery): RawBuilder<unknown> {
  return sql`
    update webhook_delivery set attempts = attempts - 1, tries = tries - 1, next_time = now() where ${mine(taken)}
  `;
}

/**
 * How much is to be sent, and for how long the first of it has been due: milliseconds, 0 when it is not. What waits for a
 * partner to be resumed is not.
 */
export function selectBacklog(): RawBuilder<{ waiting: number; lateMs: number }> {
  return sql<{ waiting: number; lateMs: number }>`
    select count(*)::int as waiting, greatest(0, extract(epoch from now() - min(d.next_time)) * 1000)::float8 as "lateMs"
    from webhook_delivery d join webhook w on w.webhook_id = d.webhook_id
      left join webhook_partner p on p.party_id = w.party_id
    where d.next_time is not null and w.state <> 'deleted' and not coalesce(p.suspended, false)
  `;
}

/** A delivery as it is shown. */
export interface WebhookDeliveryRow {
  readonly eventId: string;
  readonly eventType: string;
  readonly body: string;
  readonly state: 'waiting' | 'retrying' | 'delivered' | 'dead' | 'held';
  readonly attempts: number;
  readonly nextMs: number | null;
  readonly occurMs: number;
  /** For pages: the same, exactly. */
  readonly occurTime: string;
  readonly deliverMs: number | null;
  readonly failure: string;
}

const ms = (column: string) => sql.raw(`floor(extract(epoch from ${column}) * 1000)::float8`);
const DELIVERY = sql`event_id as "eventId", event_type as "eventType", body, state, attempts, ${ms('next_time')} as "nextMs",
  ${ms('occur_time')} as "occurMs", occur_time::text as "occurTime", ${ms('deliver_time')} as "deliverMs", failure`;

/** One delivery. */
export function selectWebhookDelivery(webhookId: string, eventId: string): RawBuilder<WebhookDeliveryRow> {
  return sql<WebhookDeliveryRow>`
    select ${DELIVERY} from webhook_delivery where webhook_id = ${webhookId} and event_id = ${eventId}
  `;
}

/** The newest deliveries of a webhook, before one of them. */
export function selectWebhookDeliveries(
  webhookId: string,
  filter: { state: WebhookDeliveryRow['state'] | undefined; before: readonly string[] | undefined; limit: number },
): RawBuilder<WebhookDeliveryRow> {
  const { state, before, limit } = filter;
  return sql<WebhookDeliveryRow>`
    select ${DELIVERY} from webhook_delivery
    where webhook_id = ${webhookId} ${state ? sql`and state = ${state}` : sql``}
      ${before ? sql`and (occur_time, event_id) < (${before[0]}::timestamptz, ${before[1]})` : sql``}
    order by occur_time desc, event_id desc limit ${limit}
  `;
}

/** Which deliveries of a webhook are replayed: those after one of them, or from a time on, oldest first. */
export function selectToReplay(
  webhookId: string,
  from: { fromMs: number; after: readonly string[] | undefined; limit: number },
): RawBuilder<{ eventId: string; occurTime: string }> {
  const { fromMs, after, limit } = from;
  return sql<{ eventId: string; occurTime: string }>`
    select event_id as "eventId", occur_time::text as "occurTime" from webhook_delivery
    where webhook_id = ${webhookId} and occur_time >= ${new Date(fromMs)}
      ${after ? sql`and (occur_time, event_id) > (${after[0]}::timestamptz, ${after[1]})` : sql``}
    order by occur_time, event_id limit ${limit}
  `;
}

/** Sends deliveries anew. What is at work just now is sent once more. */
export function replayDeliveries(webhookId: string, eventIds: readonly string[]): RawBuilder<unknown> {
  return sql`
    update webhook_delivery set state = 'waiting', tries = 0, next_time = clock_timestamp()
    where webhook_id = ${webhookId} and event_id = any(${sqlArray(eventIds)}::text[])
  `;
}

/** A try as it is shown. */
export interface AttemptRow {
  readonly attempt: number;
  readonly attemptMs: number;
  readonly durationMs: number;
  readonly statusCode: number;
  readonly failure: string;
  readonly excerpt: Buffer | null;
}

/** The last tries of a delivery, newest first. */
export function selectAttempts(webhookId: string, eventId: string, limit: number): RawBuilder<AttemptRow> {
  return sql<AttemptRow>`
    select attempt, ${ms('attempt_time')} as "attemptMs", duration_ms as "durationMs", status_code as "statusCode", failure,
      excerpt
    from webhook_attempt where webhook_id = ${webhookId} and event_id = ${eventId} order by attempt desc limit ${limit}
  `;
}

/** Forgets some of what is too old. */
export function forgetDeliveries(limit: number): RawBuilder<{ eventId: string }> {
  return sql<{ eventId: string }>`
    delete from webhook_delivery where (webhook_id, event_id) in (
      select webhook_id, event_id from webhook_delivery
      where create_time < now() - ${KEPT_DAYS} * interval '1 day' limit ${limit} for update skip locked
    ) returning event_id as "eventId"
  `;
}
