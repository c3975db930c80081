// The statements of the security service.
import { type RawBuilder, sql } from 'kysely';

/** A customer's credentials. */
export interface Credential {
  readonly id: string;
  readonly partyId: string;
  readonly usernameHash: Buffer;
  readonly passwordHash: string;
  readonly failures: number;
  /** Milliseconds since the epoch. */
  readonly nextTryMs: number;
  readonly version: number;
}

/** Keeps the newest code of a customer in the place of any before it. */
export function putCode(code: { partyId: string; hash: Buffer; expireTime: Date }): RawBuilder<unknown> {
  return sql`
    insert into enrolment_code (party_id, hash, expire_time, used)
    values (${code.partyId}, ${code.hash}, ${code.expireTime}, false)
    on conflict (party_id) do update set hash = excluded.hash, expire_time = excluded.expire_time, used = false
  `;
}

/** For whom a code is that can be used now; locked, so that it is used once. */
export function lockCode(hash: Buffer, now: Date): RawBuilder<{ partyId: string }> {
  return sql<{ partyId: string }>`
    select party_id as "partyId" from enrolment_code where hash = ${hash} and not used and expire_time > ${now}
    for update
  `;
}

/** Marks a code as used. */
export function useCode(hash: Buffer): RawBuilder<unknown> {
  return sql`update enrolment_code set used = true where hash = ${hash}`;
}

/** Locks what a hash stands for until the transaction ends, whether there is such a thing or not. */
export function lockHash(hash: Buffer): RawBuilder<unknown> {
  return sql`select pg_advisory_xact_lock(${hash.readBigInt64BE(0)}::bigint)`;
}

const CREDENTIAL = sql`
  id, party_id as "partyId", username_hash as "usernameHash", password_hash as "passwordHash", failures, (extract(epoch from next_try_time) * 1000)::float8 as "nextTryMs", version
`;

/** The credentials with a username, locked. */
export function lockByUsername(hash: Buffer): RawBuilder<Credential> {
  return sql<Credential>`select ${CREDENTIAL} from credential where username_hash = ${hash} for update`;
}

/** The credentials of a customer, locked. */
export function lockByParty(partyId: string): RawBuilder<Credential> {
  return sql<Credential>`select ${CREDENTIAL} from credential where party_id = ${partyId} for update`;
}

/** Keeps credentials, new or in the place of those before. */
export function putCredential(credential: {
  id: string;
  partyId: string;
  usernameHash: Buffer;
  passwordHash: string;
  version: number;
  now: Date;
}): RawBuilder<unknown> {
  const { id, partyId, usernameHash, passwordHash, version, now } = credential;
  return sql`
    insert into credential (id, party_id, username_hash, password_hash, failures, next_try_time, version)
    values (${id}, ${partyId}, ${usernameHash}, ${passwordHash}, 0, ${now}, ${version})
    on conflict (party_id) do update set username_hash = excluded.username_hash,
      password_hash = excluded.password_hash, failures = 0, next_try_time = excluded.next_try_time,
      version = excluded.version
  `;
}

/** Counts failures of credentials. */
export function setFailures(id: string, failures: number, nextTryTime: Date): RawBuilder<unknown> {
  return sql`update credential set failures = ${failures}, next_try_time = ${nextTryTime} where id = ${id}`;
}

/** Takes a counted failure back, when it is the last that was counted. */
export function takeFailureBack(id: string, failures: number, now: Date): RawBuilder<unknown> {
  return sql`
    update credential set failures = failures - 1, next_try_time = ${now} where id = ${id} and failures = ${failures}
  `;
}

/** Puts a new password into credentials. */
export function setPassword(id: string, passwordHash: string): RawBuilder<unknown> {
  return sql`update credential set password_hash = ${passwordHash} where id = ${id}`;
}

/** Takes credentials to their next version. */
export function bumpVersion(id: string): RawBuilder<unknown> {
  return sql`update credential set version = version + 1 where id = ${id}`;
}

/** Starts a session. */
export function insertSession(session: {
  id: string;
  partyId: string;
  startTime: Date;
  expireTime: Date;
  /** What its login looked like. */
  reasons: readonly string[];
  score: number;
  policyVersion: number;
}): RawBuilder<unknown> {
  const { id, partyId, startTime, expireTime, reasons, score, policyVersion } = session;
  return sql`
    insert into session (id, party_id, state, start_time, expire_time, reasons, score, policy_version)
    values (${id}, ${partyId}, 'active', ${startTime}, ${expireTime}, ${reasons}, ${score}, ${policyVersion})
  `;
}

/** Keeps the hash of a session's newest refresh token. */
export function insertRefreshToken(hash: Buffer, sessionId: string, expireTime: Date): RawBuilder<unknown> {
  return sql`
    insert into refresh_token (hash, session_id, used, expire_time) values (${hash}, ${sessionId}, false, ${expireTime})
  `;
}

/** The active session of a refresh token that is not over, locked; and whether the token was used before, which is told of one that is over too. */
export function lockRefreshToken(
  hash: Buffer,
  now: Date,
): RawBuilder<{ sessionId: string; partyId: string; used: boolean }> {
  return sql<{ sessionId: string; partyId: string; used: boolean }>`
    select s.id as "sessionId", s.party_id as "partyId", t.used
    from refresh_token t join session s on s.id = t.session_id
    where t.hash = ${hash} and s.state = 'active' and s.expire_time > ${now} and (t.used or t.expire_time > ${now})
    for update
  `;
}

/** Marks a refresh token as used. */
export function useRefreshToken(hash: Buffer): RawBuilder<unknown> {
  return sql`update refresh_token set used = true where hash = ${hash}`;
}

/** The active sessions of a party, or that one of them; locked. */
export function lockSessions(partyId: string, sessionId?: string): RawBuilder<{ id: string }> {
  const one = sessionId === undefined ? sql`` : sql`and id = ${sessionId}`;
  return sql<{ id: string }>`
    select id from session where party_id = ${partyId} and state = 'active' ${one} order by id for update
  `;
}

/** A session as its owner sees it. */
export interface SessionRow {
  readonly id: string;
  /** Milliseconds since the epoch, both. */
  readonly startMs: number;
  readonly expireMs: number;
}

/** A party's sessions that are not over, newest first: those before an id, or all. */
export function selectSessions(of: {
  partyId: string;
  now: Date;
  before: string | undefined;
  limit: number;
}): RawBuilder<SessionRow> {
  const before = of.before === undefined ? sql`` : sql`and id < ${of.before}`;
  return sql<SessionRow>`
    select id, (extract(epoch from start_time) * 1000)::float8 as "startMs",
      (extract(epoch from expire_time) * 1000)::float8 as "expireMs"
    from session
    where party_id = ${of.partyId} and state = 'active' and expire_time > ${of.now} ${before} and exists (
      select from refresh_token t where t.session_id = session.id and not t.used and t.expire_time > ${of.now}
    )
    order by id desc limit ${of.limit}
  `;
}

/** Revokes a session. */
export function revoke(sessionId: string): RawBuilder<unknown> {
  return sql`update session set state = 'revoked' where id = ${sessionId}`;
}
