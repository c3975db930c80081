// The statements about passkeys.
import { type RawBuilder, sql } from 'kysely';

/** A passkey. */
export interface PasskeyRow {
  readonly id: string;
  readonly partyId: string;
  readonly publicKey: Buffer;
  readonly counter: number;
  readonly synced: boolean;
  /** Milliseconds since the epoch. */
  readonly createMs: number;
  readonly lastUseMs: number | null;
}

const PASSKEY = sql`
  id, party_id as "partyId", public_key as "publicKey", counter::float8 as counter, synced,
  (extract(epoch from create_time) * 1000)::float8 as "createMs",
  (extract(epoch from last_use_time) * 1000)::float8 as "lastUseMs"
`;

/** A passkey by its id. */
export function selectPasskey(id: string): RawBuilder<PasskeyRow> {
  return sql<PasskeyRow>`select ${PASSKEY} from passkey where id = ${id}`;
}

/** A passkey by its id, locked. */
export function lockPasskey(id: string): RawBuilder<PasskeyRow> {
  return sql<PasskeyRow>`select ${PASSKEY} from passkey where id = ${id} for update`;
}

/** The passkeys of a party, the oldest first. */
export function selectPasskeys(partyId: string): RawBuilder<PasskeyRow> {
  return sql<PasskeyRow>`select ${PASSKEY} from passkey where party_id = ${partyId} order by create_time, id`;
}

/** Keeps a new passkey. */
export function insertPasskey(passkey: {
  id: string;
  partyId: string;
  publicKey: Buffer;
  counter: number;
  synced: boolean;
  now: Date;
}): RawBuilder<unknown> {
  const { id, partyId, publicKey, counter, synced, now } = passkey;
  return sql`
    insert into passkey (id, party_id, public_key, counter, synced, create_time)
    values (${id}, ${partyId}, ${publicKey}, ${counter}, ${synced}, ${now})
  `;
}

/** Keeps that a passkey was used. */
export function usePasskey(id: string, use: { counter: number; synced: boolean; now: Date }): RawBuilder<unknown> {
  const { counter, synced, now } = use;
  return sql`update passkey set counter = ${counter}, synced = ${synced}, last_use_time = ${now} where id = ${id}`;
}

/** Removes a passkey. */
export function deletePasskey(id: string): RawBuilder<unknown> {
  return sql`delete from passkey where id = ${id}`;
}

/** Removes all passkeys of a party. */
export function deletePasskeys(partyId: string): RawBuilder<unknown> {
  return sql`delete from passkey where party_id = ${partyId}`;
}

/** Whether a challenge was used. */
export function selectUsedChallenge(challenge: Buffer): RawBuilder<unknown> {
  return sql`select 1 from used_challenge where challenge = ${challenge}`;
}

/** Keeps that a challenge was used, until it is over; and forgets those that are. */
export function useChallenge(challenge: Buffer, expireTime: Date, now: Date): RawBuilder<unknown> {
  return sql`
    with over as (delete from used_challenge where expire_time <= ${now})
    insert into used_challenge (challenge, expire_time) values (${challenge}, ${expireTime})
  `;
}
