// The statements by which the edge's questions about sessions are answered.
import { type RawBuilder, sql } from 'kysely';

/** Which of these sessions are active. */
export function selectActive(sessionIds: readonly string[], now: Date): RawBuilder<{ id: string }> {
  return sql<{ id: string }>`
    select id from session where id = any(${sessionIds}::text[]) and state = 'active' and expire_time > ${now}
  `;
}

/** Sessions that were revoked since, by their ids, after one of them. Times are milliseconds since the epoch. */
export function selectRevoked(page: {
  since: Date;
  after: string;
  limit: number;
}): RawBuilder<{ id: string; revokeMs: number }> {
  return sql<{ id: string; revokeMs: number }>`
    select id, floor(extract(epoch from revoke_time) * 1000)::float8 as "revokeMs"
    from session where state = 'revoked' and revoke_time >= ${page.since} and id > ${page.after}
    order by id limit ${page.limit}
  `;
}

/** The number of the last event that has one. */
export function selectLastEvent(): RawBuilder<{ sequence: string }> {
  return sql<{ sequence: string }>`select coalesce(max(producer_sequence), 0) as sequence from outbox`;
}
