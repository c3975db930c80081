// The statements of data keys, and of the rotations of the key that wraps them.
import { type RawBuilder, sql } from 'kysely';
import { sqlArray } from '#chassis/sql-array.ts';

/** A party's key as the key-management system wrapped it; null once it was destroyed. */
export interface DataKeyRow {
  readonly partyId: string;
  readonly wrapped: Buffer | null;
}

/** A rotation of the key-encryption key. */
export interface RotationRow {
  readonly number: number;
  readonly state: 'planned' | 'rewrapping' | 'done';
  readonly remaining: number;
  /** Milliseconds since the epoch, as the other. */
  readonly createTime: number;
  readonly finishTime: number | null;
}

/** The keys of those of the parties who ever had one. */
export function selectDataKeys(partyIds: readonly string[]): RawBuilder<DataKeyRow> {
  return sql<DataKeyRow>`
    select party_id as "partyId", wrapped from data_key where party_id = any(${sqlArray(partyIds)}::text[])
  `;
}

/** Keeps new keys; of a party who has one, nothing is changed. */
export function insertDataKeys(
  keys: readonly { partyId: string; wrapped: Buffer }[],
  rotation: number,
): RawBuilder<unknown> {
  return sql`
    insert into data_key (party_id, wrapped, rotation_number)
    select party_id, wrapped, ${rotation} from unnest(
      ${sqlArray(keys.map(({ partyId }) => partyId))}::text[],
      ${sqlArray(keys.map(({ wrapped }) => wrapped))}::bytea[]
    ) as k (party_id, wrapped)
    order by party_id
    on conflict (party_id) do nothing
  `;
}

/** Locks the row of a party, until the transaction ends. */
export function lockDataKey(partyId: string): RawBuilder<{ destroyed: boolean }> {
  return sql<{ destroyed: boolean }>`
    select destroy_time is not null as destroyed from data_key where party_id = ${partyId} for update
  `;
}

/** Destroys a key, or sees to it that a party who has none never gets one. */
export function destroyDataKey(partyId: string, now: Date): RawBuilder<unknown> {
  return sql`
    insert into data_key (party_id, wrapped, rotation_number, destroy_time) values (${partyId}, null, 0, ${now})
    on conflict (party_id) do update set wrapped = null, destroy_time = excluded.destroy_time
  `;
}

/** Keys that were wrapped before a rotation. */
export function selectBehind(rotation: number, limit: number): RawBuilder<{ partyId: string; wrapped: Buffer }> {
  return sql<{ partyId: string; wrapped: Buffer }>`
    select party_id as "partyId", wrapped from data_key
    where rotation_number < ${rotation} and wrapped is not null
    order by rotation_number, party_id limit ${limit}
  `;
}

/** Keeps keys as they were wrapped anew, unless they were destroyed or wrapped by somebody else in between. */
export function replaceWrapped(
  rotation: number,
  keys: readonly { partyId: string; before: Buffer; after: Buffer }[],
): RawBuilder<unknown> {
  return sql`
    update data_key d set wrapped = k.after, rotation_number = ${rotation}
    from unnest(
      ${sqlArray(keys.map(({ partyId }) => partyId))}::text[],
      ${sqlArray(keys.map(({ before }) => before))}::bytea[],
      ${sqlArray(keys.map(({ after }) => after))}::bytea[]
    ) as k (party_id, before, after)
    where d.party_id = k.party_id and d.wrapped = k.before
  `;
}

/** The number of the newest rotation whose version of the key-encryption key is there; nothing when there was none. */
export function selectWrappingRotation(): RawBuilder<{ number: number }> {
  return sql<{ number: number }>`
    select rotation_number as number from key_rotation where state <> 'planned' order by rotation_number desc limit 1
  `;
}

/** A rotation, or the newest without a number. */
export function selectRotation(number?: number): RawBuilder<RotationRow> {
  const which = number === undefined ? sql`true` : sql`rotation_number = ${number}`;
  return sql<RotationRow>`
    select rotation_number as number, state, (extract(epoch from create_time) * 1000)::float8 as "createTime",
      (extract(epoch from finish_time) * 1000)::float8 as "finishTime", (
      select count(*)::int from data_key d where d.rotation_number < r.rotation_number and d.wrapped is not null
    ) as remaining
    from key_rotation r where ${which} order by rotation_number desc limit 1
  `;
}

/** Plans a rotation. */
export function insertRotation(number: number, createTime: Date): RawBuilder<unknown> {
  return sql`
    insert into key_rotation (rotation_number, state, create_time) values (${number}, 'planned', ${createTime})
  `;
}

/** Takes a rotation to its next state, when it is in the one before. */
export function advanceRotation(number: number, to: 'rewrapping' | 'done'): RawBuilder<unknown> {
  return to === 'rewrapping'
    ? sql`update key_rotation set state = 'rewrapping' where rotation_number = ${number} and state = 'planned'`
    : sql`
        update key_rotation set state = 'done', finish_time = now()
        where rotation_number = ${number} and state = 'rewrapping'
      `;
}
