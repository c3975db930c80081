// The statements about deliveries.
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { type RawBuilder, sql } from 'kysely';
import { asBuffer } from '#chassis/encode.ts';
import { type Sealed, SealedSchema } from '#gen/bank/type/v1/sealed_pb.ts';
import type { Channel, Facts, Topic } from './domain/words.ts';

/** Which delivery. */
export interface DeliveryKey {
  readonly partyId: string;
  readonly number: number;
  readonly channel: Channel;
}

/** A delivery that is at work, with its notice. Times are milliseconds since the epoch. */
export interface DueRow extends DeliveryKey, Written {
  /** By which providers know it. */
  readonly key: string;
  readonly attempts: number;
  readonly digest: boolean;
  readonly secret: Buffer | null;
  readonly topic: Topic;
}

/** What of a notice its text is written from. */
export interface Written {
  readonly template: string;
  readonly facts: Facts;
  readonly occurMs: number;
  readonly createMs: number;
}

const ms = (column: string) => sql.raw(`floor(extract(epoch from ${column}) * 1000)::float8`);
const NOTICE = sql`n.template, n.topic, n.facts, ${ms('n.occur_time')} as "occurMs", ${ms('n.create_time')} as "createMs"`;

/**
 * Takes deliveries that are due: nobody else takes them for as long as the lease is, and somebody does after that, if this
 * process has not said what became of them. Of what is gathered and due the first is taken, and the others go with it from
 * then on: never with another, so that it says the same when it is tried again.
 */
export function takeDue(limit: number, leaseMs: number): RawBuilder<DueRow> {
  return sql<DueRow>`
    with due as (
      select party_id, number, channel, digest and attempts = 0 as gathers from delivery d
      where next_time <= now() and not (digest and attempts = 0 and exists (
        select from delivery e where e.party_id = d.party_id and e.channel = d.channel and e.number < d.number
        and e.digest and e.attempts = 0 and e.next_time <= now()
      ))
      order by next_time limit ${limit} for update skip locked
    ), gathered as (
      update delivery g set state = 'gathered', lead_number = due.number, next_time = null
      from due where due.gathers and g.party_id = due.party_id and g.channel = due.channel and g.number > due.number
      and g.digest and g.attempts = 0 and g.next_time <= now()
    ), taken as (
      update delivery d set attempts = d.attempts + 1, next_time = now() + ${leaseMs} * interval '1 millisecond'
      from due where (d.party_id, d.number, d.channel) = (due.party_id, due.number, due.channel)
      returning d.party_id, d.number, d.channel, d.key, d.attempts, d.digest, d.secret
    )
    select t.party_id as "partyId", t.number, t.channel, t.key, t.attempts, t.digest, t.secret, ${NOTICE}
    from taken t join notice n on n.party_id = t.party_id and n.number = t.number
  `;
}

/** The notices that go with a delivery, its own among them, as they came. */
export function selectGathered({ partyId, channel, number }: DeliveryKey): RawBuilder<Written & { topic: Topic }> {
  return sql<Written & { topic: Topic }>`
    select ${NOTICE} from delivery d join notice n on n.party_id = d.party_id and n.number = d.number
    where d.party_id = ${partyId} and d.channel = ${channel} and (d.number = ${number} or d.lead_number = ${number})
    order by d.number
  `;
}

const which = ({ partyId, number, channel }: DeliveryKey) =>
  sql`party_id = ${partyId} and number = ${number} and channel = ${channel} and next_time is not null`;

/** What was sent, and by which consent. */
export interface Sent {
  readonly provider: string;
  readonly copy: Sealed | undefined;
  readonly consentTime: Date | undefined;
  /** Of where it was sent; undefined for push messages, which go to no address. */
  readonly addressHash: Buffer | undefined;
}

/** A provider has it. The code that it held is forgotten; `copy` is what else was sent. */
export function markSent(key: DeliveryKey, { provider, copy, consentTime, addressHash }: Sent): RawBuilder<unknown> {
  return sql`
    update delivery set state = 'sent', next_time = null, send_time = now(), provider = ${provider}, failure = '',
      secret = null, copy = ${copy ? asBuffer(toBinary(SealedSchema, copy)) : null}, consent_time = ${consentTime ?? null},
      address_hash = ${addressHash ?? null}
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

/** It is given up, or does not arrive. */
export function markEnded(
  key: DeliveryKey,
  state: 'dead' | 'bounced' | 'failed',
  failure: string,
  addressHash: Buffer | undefined,
): RawBuilder<unknown> {
  return sql`
    update delivery set state = ${state}, failure = ${failure}, next_time = null, secret = null,
      address_hash = ${addressHash ?? null}
    where ${which(key)}
  `;
}

/** It waits until then, and this was no try. */
export function postpone(key: DeliveryKey, until: Date): RawBuilder<unknown> {
  return sql`update delivery set attempts = attempts - 1, next_time = ${until} where ${which(key)}`;
}

/** The sealed message in a column. */
export function sealedIn(bytes: Buffer): Sealed {
  return fromBinary(SealedSchema, bytes);
}
