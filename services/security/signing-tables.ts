// The statements of signing keys.
import { type RawBuilder, sql } from 'kysely';

/** A key. Its times are milliseconds since the epoch. */
export interface KeyRow {
  readonly kid: string;
  readonly publicKey: Buffer;
  readonly privateKey: Buffer;
  readonly publishMs: number;
  readonly signMs: number;
}

const LOCK = 7_239_471;

/** Locks the keys until the transaction ends: one process at a time decides on them. */
export function lockKeys(): RawBuilder<unknown> {
  return sql`select pg_advisory_xact_lock(${LOCK}::bigint)`;
}

/** All keys, by the time at which they sign. */
export function selectKeys(): RawBuilder<KeyRow> {
  return sql<KeyRow>`
    select kid, public_key as "publicKey", private_key as "privateKey",
      (extract(epoch from publish_time) * 1000)::float8 as "publishMs",
      (extract(epoch from sign_time) * 1000)::float8 as "signMs"
    from signing_key order by sign_time
  `;
}

/** Keeps a key. */
export function insertKey({ kid, publicKey, privateKey, publishMs, signMs }: KeyRow): RawBuilder<unknown> {
  return sql`
    insert into signing_key (kid, public_key, private_key, publish_time, sign_time)
    values (${kid}, ${publicKey}, ${privateKey}, ${new Date(publishMs)}, ${new Date(signMs)})
  `;
}

/** Has a key sign from another time on. */
export function setSignTime(kid: string, signMs: number): RawBuilder<unknown> {
  return sql`update signing_key set sign_time = ${new Date(signMs)} where kid = ${kid}`;
}

/** Forgets keys. */
export function deleteKeys(kids: readonly string[]): RawBuilder<unknown> {
  return sql`delete from signing_key where kid = any(${kids}::text[])`;
}
