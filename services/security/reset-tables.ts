// The statements about codes to set a new password with.
import { type RawBuilder, sql } from 'kysely';

/** A code that was made. */
export interface ResetCode {
  readonly codeHash: Buffer;
  readonly credentialVersion: number;
  readonly wrongTries: number;
  /** Milliseconds since the epoch. */
  readonly expireMs: number;
}

/** Keeps a new code in the place of one that was made before a time; answers a row when it did. */
export function putResetCode(code: {
  partyId: string;
  codeHash: Buffer;
  credentialVersion: number;
  now: Date;
  expireTime: Date;
  replaceable: Date;
}): RawBuilder<unknown> {
  const { partyId, codeHash, credentialVersion, now, expireTime, replaceable } = code;
  return sql`
    insert into password_reset (party_id, code_hash, credential_version, issue_time, expire_time, wrong_tries)
    values (${partyId}, ${codeHash}, ${credentialVersion}, ${now}, ${expireTime}, 0)
    on conflict (party_id) do update set code_hash = excluded.code_hash, credential_version = excluded.credential_version,
      issue_time = excluded.issue_time, expire_time = excluded.expire_time, wrong_tries = 0
    where password_reset.issue_time <= ${replaceable} or password_reset.credential_version < excluded.credential_version
    returning party_id
  `;
}

/** The newest code of a party, locked. */
export function lockResetCode(partyId: string): RawBuilder<ResetCode> {
  return sql<ResetCode>`
    select code_hash as "codeHash", credential_version as "credentialVersion", wrong_tries as "wrongTries",
      (extract(epoch from expire_time) * 1000)::float8 as "expireMs"
    from password_reset where party_id = ${partyId} for update
  `;
}

/** Counts a wrong try at a party's code. */
export function countWrongTry(partyId: string): RawBuilder<unknown> {
  return sql`update password_reset set wrong_tries = wrong_tries + 1 where party_id = ${partyId}`;
}
