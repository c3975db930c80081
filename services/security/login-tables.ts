// The statements about how logins look: what is known when one comes, and those that are held.
import { type RawBuilder, sql } from 'kysely';

/** What is known of a login. Times are milliseconds since the epoch. */
export interface LoginFactsRow {
  readonly failures: number | null;
  readonly logins: number | null;
  readonly nightLogins: number | null;
  readonly lastMs: number | null;
  readonly addressFailures: number | null;
  readonly deviceMs: number | null;
  readonly firstDeviceMs: number | null;
  /** Of the policy in force; 0 when none was set. */
  readonly policyVersion: number;
}

/** What is known of a party, the device and the network from which they would log in. */
export function selectLoginFacts(login: {
  partyId: string;
  device: Buffer | null;
  address: Buffer | null;
  now: Date;
}): RawBuilder<LoginFactsRow> {
  const { partyId, device, address, now } = login;
  return sql<LoginFactsRow>`
    select
      (select failures from credential where party_id = ${partyId}) as failures,
      u.logins::float8, u.night_logins::float8 as "nightLogins",
      (extract(epoch from u.last_time) * 1000)::float8 as "lastMs",
      (select sum(failures)::float8 from login_address_hour
        where address = ${address} and hour >= date_trunc('hour', ${now}::timestamptz, 'UTC') - interval '1 hour')
        as "addressFailures",
      (select (extract(epoch from first_time) * 1000)::float8 from device
        where customer_id = ${partyId} and hash = ${device}) as "deviceMs",
      (select (extract(epoch from min(first_time)) * 1000)::float8 from device
        where customer_id = ${partyId}) as "firstDeviceMs",
      coalesce((select max(version) from scoring_policy), 0) as "policyVersion"
    from (select) one left join login_usage u on u.party_id = ${partyId}
  `;
}

/** Counts a login that was let in. */
export function countLogin(partyId: string, isNight: boolean, now: Date): RawBuilder<unknown> {
  const night = isNight ? 1 : 0;
  return sql`
    insert into login_usage (party_id, logins, night_logins, last_time) values (${partyId}, 1, ${night}, ${now})
    on conflict (party_id) do update set logins = login_usage.logins + 1,
      night_logins = login_usage.night_logins + excluded.night_logins,
      last_time = greatest(login_usage.last_time, excluded.last_time)
  `;
}

/** Forgets when somebody logged in. */
export function deleteLoginUsage(partyId: string): RawBuilder<unknown> {
  return sql`delete from login_usage where party_id = ${partyId}`;
}

/** Counts a login from a network that was refused. */
export function countAddressFailure(address: Buffer, now: Date): RawBuilder<unknown> {
  return sql`
    insert into login_address_hour (address, hour, failures)
    values (${address}, date_trunc('hour', ${now}::timestamptz, 'UTC'), 1)
    on conflict (address, hour) do update set failures = login_address_hour.failures + 1
  `;
}

/** Forgets hours that nobody asks for any more. */
export function deleteAddressHours(before: Date): RawBuilder<unknown> {
  return sql`delete from login_address_hour where hour < ${before}`;
}

/** Where the review of a login is, but for its expiry. */
export type LoginReviewState = 'open' | 'released' | 'refused' | 'used';

/** A login that was held. Times are milliseconds since the epoch. */
export interface LoginReviewRow {
  readonly id: string;
  readonly partyId: string;
  /** Empty: it was not told. */
  readonly device: Buffer;
  readonly state: LoginReviewState;
  readonly reasons: readonly string[];
  readonly score: number;
  readonly policyVersion: number;
  /** Sealed. Null: nothing was known. */
  readonly origin: Buffer | null;
  readonly createMs: number;
  readonly expireMs: number;
  readonly decideMs: number | null;
  readonly deciderId: string;
}

const REVIEW = sql`
  id, party_id as "partyId", device, state, reasons, score, policy_version as "policyVersion", origin,
  floor(extract(epoch from create_time) * 1000)::float8 as "createMs",
  floor(extract(epoch from expire_time) * 1000)::float8 as "expireMs",
  floor(extract(epoch from decide_time) * 1000)::float8 as "decideMs", decider_id as "deciderId"
`;

/** Holds a login. */
export function insertLoginReview(
  row: Pick<LoginReviewRow, 'id' | 'partyId' | 'device' | 'reasons' | 'score' | 'policyVersion' | 'origin'>,
  { now, expireTime }: { now: Date; expireTime: Date },
): RawBuilder<unknown> {
  const { id, partyId, device, reasons, score, policyVersion, origin } = row;
  return sql`
    insert into login_review
      (id, party_id, device, state, reasons, score, policy_version, origin, create_time, expire_time)
    values (${id}, ${partyId}, ${device}, 'open', ${reasons}, ${score}, ${policyVersion}, ${origin}, ${now}, ${expireTime})
  `;
}

/** The review of a party's logins from a device that counts now, if there is one. */
export function selectCurrentReview(partyId: string, device: Buffer, now: Date): RawBuilder<LoginReviewRow> {
  return sql<LoginReviewRow>`
    select ${REVIEW} from login_review
    where party_id = ${partyId} and device = ${device} and state <> 'used' and expire_time > ${now}
    order by id desc limit 1
  `;
}

/** How many logins of a party wait for a decision. */
export function countOpenReviews(partyId: string, now: Date): RawBuilder<{ open: number }> {
  return sql<{ open: number }>`
    select count(*)::float8 as open from login_review
    where party_id = ${partyId} and state = 'open' and expire_time > ${now}
  `;
}

/** A review, locked. */
export function lockLoginReview(id: string): RawBuilder<LoginReviewRow> {
  return sql<LoginReviewRow>`select ${REVIEW} from login_review where id = ${id} for update`;
}

/** Decides a review. */
export function decideReview(
  id: string,
  decided: { state: LoginReviewState; deciderId: string; now: Date; expireTime: Date },
): RawBuilder<unknown> {
  const { state, deciderId, now, expireTime } = decided;
  return sql`
    update login_review
    set state = ${state}, decider_id = ${deciderId}, decide_time = ${now}, expire_time = ${expireTime}
    where id = ${id}
  `;
}

/** Keeps that the login was made which a review let pass. */
export function useReview(id: string): RawBuilder<unknown> {
  return sql`update login_review set state = 'used' where id = ${id}`;
}

/** Reviews, newest first: those in a state, before an id, or all. */
export function selectLoginReviews(page: {
  state: LoginReviewState | 'expired' | undefined;
  before: string | undefined;
  now: Date;
  limit: number;
}): RawBuilder<LoginReviewRow> {
  const { state, before, now, limit } = page;
  const isOver = sql`(state <> 'used' and expire_time <= ${now})`;
  const inState =
    state === undefined ? sql`true` : state === 'expired' ? isOver : sql`(state = ${state} and not ${isOver})`;
  const isBefore = before === undefined ? sql`` : sql`and id < ${before}`;
  return sql<LoginReviewRow>`
    select ${REVIEW} from login_review where ${inState} ${isBefore} order by id desc limit ${limit}
  `;
}
