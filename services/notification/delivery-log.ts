// The statements about what became of deliveries: the log of a customer, what came to nothing, and what providers say.
import { type RawBuilder, sql } from 'kysely';
import { sqlArray } from '#chassis/sql-array.ts';
import type { DeliveryKey } from './delivery-tables.ts';
import type { Receipt } from './domain/receipts.ts';
import type { Channel, Topic } from './domain/words.ts';

/** Where a delivery is, as it is shown. */
export type ShownState = 'waiting' | 'retrying' | 'sent' | 'dead' | 'delivered' | 'bounced' | 'failed';

/** A delivery as it is listed. Times are milliseconds since the epoch. */
export interface DeliveryRow extends DeliveryKey {
  readonly state: ShownState;
  readonly attempts: number;
  readonly nextMs: number | null;
  readonly createMs: number;
  readonly sendMs: number | null;
  readonly receiptMs: number | null;
  readonly consentMs: number | null;
  readonly leadNumber: number | null;
  readonly provider: string;
  readonly failure: string;
  readonly copy: Buffer | null;
  readonly template: string;
  readonly topic: Topic;
  /** Where the page after it begins, of those that came to nothing. */
  readonly place: string;
}

const ms = (column: string) => sql.raw(`floor(extract(epoch from ${column}) * 1000)::float8`);

/** Of a gathered one, what became of the one with which it goes. */
const SHOWN = sql`
  select d.party_id as "partyId", d.number, d.channel, s.state, s.attempts, ${ms('s.next_time')} as "nextMs",
    ${ms('d.create_time')} as "createMs", ${ms('s.send_time')} as "sendMs", ${ms('s.receipt_time')} as "receiptMs",
    ${ms('s.consent_time')} as "consentMs", d.lead_number as "leadNumber", s.provider, s.failure, d.copy,
    n.template, n.topic, d.create_time::text as place
  from delivery d join notice n on n.party_id = d.party_id and n.number = d.number
  join delivery s on s.party_id = d.party_id and s.channel = d.channel and s.number = coalesce(d.lead_number, d.number)
`;

/** The newest deliveries of somebody, before one of them. */
export function selectDeliveries(
  partyId: string,
  before: readonly string[] | undefined,
  limit: number,
): RawBuilder<DeliveryRow> {
  const [number = '', channel = ''] = before ?? [];
  return sql<DeliveryRow>`
    ${SHOWN}
    where d.party_id = ${partyId} ${before ? sql`and (d.number, d.channel) < (${Number(number)}, ${channel})` : sql``}
    order by d.number desc, d.channel desc limit ${limit}
  `;
}

/** The newest deliveries that came to nothing, before one of them. */
export function selectDead(before: readonly string[] | undefined, limit: number): RawBuilder<DeliveryRow> {
  const [time = '', partyId = '', number = '', channel = ''] = before ?? [];
  const isBefore = sql`and (d.create_time, d.party_id, d.number, d.channel)
    < (${time}::timestamptz, ${partyId}, ${Number(number)}, ${channel})`;
  return sql<DeliveryRow>`
    ${SHOWN}
    where d.state in ('dead', 'bounced', 'failed') ${before ? isBefore : sql``}
    order by d.create_time desc, d.party_id desc, d.number desc, d.channel desc limit ${limit}
  `;
}

/** Locks a delivery, and answers where it is. */
export function lockDelivery({
  partyId,
  number,
  channel,
}: DeliveryKey): RawBuilder<{ state: string; template: string }> {
  return sql<{ state: string; template: string }>`
    select d.state, n.template from delivery d join notice n on n.party_id = d.party_id and n.number = d.number
    where d.party_id = ${partyId} and d.number = ${number} and d.channel = ${channel} for update of d
  `;
}

/** Lets a delivery be sent once more, as if for the first time. */
export function retryDelivery({ partyId, number, channel }: DeliveryKey): RawBuilder<unknown> {
  return sql`
    update delivery set state = 'waiting', attempts = 0, next_time = now(), failure = '', receipt_time = null,
      key = replace(gen_random_uuid()::text, '-', '')
    where party_id = ${partyId} and number = ${number} and channel = ${channel}
  `;
}

/** A delivery, by its key. */
export interface KeyedDelivery {
  readonly key: string;
  readonly state: string;
  readonly partyId: string;
  readonly channel: Channel;
  readonly addressHash: Buffer | null;
}

/** Locks deliveries by their keys, and answers where they are. */
export function lockByKeys(keys: readonly string[]): RawBuilder<KeyedDelivery> {
  return sql<KeyedDelivery>`
    select key, state, party_id as "partyId", channel, address_hash as "addressHash" from delivery where key = any(${sqlArray(keys)}::text[]) order by key for update
  `;
}

/** Writes down what providers said. */
export function takeReceipts(receipts: readonly Receipt[]): RawBuilder<unknown> {
  return sql`
    update delivery d set state = r.state, failure = r.reason, receipt_time = now(), next_time = null, secret = null
    from unnest(
      ${sqlArray(receipts.map(({ key }) => key))}::text[],
      ${sqlArray(receipts.map(({ state }) => state))}::text[],
      ${sqlArray(receipts.map(({ reason }) => reason))}::text[]
    ) as r (key, state, reason) where d.key = r.key
  `;
}

/** Whose message has a key, and which way it went. */
export function selectByKey(key: string): RawBuilder<Pick<DeliveryKey, 'partyId' | 'channel'>> {
  return sql<Pick<DeliveryKey, 'partyId' | 'channel'>>`
    select party_id as "partyId", channel from delivery where key = ${key}
  `;
}
