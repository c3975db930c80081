// The statements about deliveries.
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { type RawBuilder, sql } from 'kysely';
import { asBuffer } from '#chassis/encode.ts';
import { sqlArray } from '#chassis/sql-array.ts';
import { type Sealed, SealedSchema } from '#gen/bank/type/v1/sealed_pb.ts';
import type { Channel, Facts, Topic } from './domain/words.ts';

/** Which delivery. */
export interface DeliveryKey {
  readonly partyId: string;
  readonly number: number;
  readonly channel: Channel;
}

/** A delivery that is at work, with its notice. Times are milliseconds since the epoch. */
export interface DueRow extends DeliveryKey {
  readonly attempts: number;
  readonly secret: Buffer | null;
  readonly template: string;
  readonly topic: Topic;
  readonly facts: Facts;
  readonly occurMs: number;
  readonly createMs: number;
}

const ms = (column: string) => sql.raw(`floor(extract(epoch from ${column}) * 1000)::float8`);

/**
 * Takes deliveries that are due: nobody else takes them for as long as the lease is, and somebody does after that, if this
 * process has not said what became of them.
 */
export function takeDue(limit: number, leaseMs: number): RawBuilder<DueRow> {
  return sql<DueRow>`
    with due as (
      select party_id, number, channel from delivery where next_time <= now()
      order by next_time limit ${limit} for update skip locked
    ), taken as (
      update delivery d set attempts = d.attempts + 1, next_time = now() + ${leaseMs} * interval '1 millisecond'
      from due where (d.party_id, d.number, d.channel) = (due.party_id, due.number, due.channel)
      returning d.party_id, d.number, d.channel, d.attempts, d.secret
    )
    select t.party_id as "partyId", t.number, t.channel, t.attempts, t.secret, n.template, n.topic, n.facts,
      ${ms('n.occur_time')} as "occurMs", ${ms('n.create_time')} as "createMs"
    from taken t join notice n on n.party_id = t.party_id and n.number = t.number
  `;
}

const which = ({ partyId, number, channel }: DeliveryKey) =>
  sql`party_id = ${partyId} and number = ${number} and channel = ${channel} and next_time is not null`;

/** A provider has it. The code that it held is forgotten; `copy` is what else was sent. */
export function markSent(key: DeliveryKey, provider: string, copy: Sealed | undefined): RawBuilder<unknown> {
  return sql`
    update delivery set state = 'sent', next_time = null, send_time = now(), provider = ${provider}, failure = '',
      secret = null, copy = ${copy ? asBuffer(toBinary(SealedSchema, copy)) : null}
    where ${which(key)}
  `;
}

/** It is tried again after a pause. */
export function markFailed(key: DeliveryKey, failure: string, pauseMs: number): RawBuilder<unknown> {
  return sql`
    update delivery set state = 'retrying', failure = ${failure}, next_time = now() + ${pauseMs} * interval '1 millisecond'
    where ${which(key)}
  `;
}

/** It is given up. */
export function markDead(key: DeliveryKey, failure: string): RawBuilder<unknown> {
  return sql`
    update delivery set state = 'dead', failure = ${failure}, next_time = null, secret = null where ${which(key)}
  `;
}

/** It waits until then, and this was no try. */
export function postpone(key: DeliveryKey, until: Date): RawBuilder<unknown> {
  return sql`update delivery set attempts = attempts - 1, next_time = ${until} where ${which(key)}`;
}

/** A delivery as it is listed. */
export interface DeliveryRow extends DeliveryKey {
  readonly state: 'waiting' | 'retrying' | 'sent' | 'dead';
  readonly attempts: number;
  readonly nextMs: number | null;
  readonly createMs: number;
  readonly sendMs: number | null;
  readonly provider: string;
  readonly failure: string;
  readonly copy: Buffer | null;
  readonly template: string;
  readonly topic: Topic;
}

/** The newest deliveries of somebody, before one of them. */
export function selectDeliveries(
  partyId: string,
  before: readonly string[] | undefined,
  limit: number,
): RawBuilder<DeliveryRow> {
  const [number = '', channel = ''] = before ?? [];
  return sql<DeliveryRow>`
    select d.party_id as "partyId", d.number, d.channel, d.state, d.attempts, ${ms('d.next_time')} as "nextMs",
      ${ms('d.create_time')} as "createMs", ${ms('d.send_time')} as "sendMs", d.provider, d.failure, d.copy,
      n.template, n.topic
    from delivery d join notice n on n.party_id = d.party_id and n.number = d.number
    where d.party_id = ${partyId} ${before ? sql`and (d.number, d.channel) < (${Number(number)}, ${channel})` : sql``}
    order by d.number desc, d.channel desc limit ${limit}
  `;
}

/** The sealed message in a column. */
export function sealedIn(bytes: Buffer): Sealed {
  return fromBinary(SealedSchema, bytes);
}

/** How customers want to be told, of those who ever said so. */
export function selectChoices(
  partyIds: readonly string[],
): RawBuilder<{ partyId: string; choices: Record<string, boolean> }> {
  return sql<{ partyId: string; choices: Record<string, boolean> }>`
    select party_id as "partyId", choices from preference where party_id = any(${sqlArray(partyIds)}::text[])
  `;
}
