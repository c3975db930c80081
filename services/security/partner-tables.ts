// The statements about partners, and about what they have used once.
import { type RawBuilder, sql } from 'kysely';
import type { PublicKeys } from './domain/partner.ts';

/** An integration partner. */
export interface PartnerRow {
  readonly id: string;
  readonly displayName: string;
  readonly jwks: PublicKeys;
  readonly scopes: readonly string[];
  readonly callsMax: number;
  readonly state: 'active' | 'suspended';
  /** What its tokens name. */
  readonly sessionId: string;
  readonly version: number;
}

const PARTNER = sql`
  id, display_name as "displayName", jwks, scopes, calls_max as "callsMax", state, session_id as "sessionId", version
`;

/** Registers a partner. */
export function insertPartner(row: PartnerRow): RawBuilder<unknown> {
  const { id, displayName, jwks, scopes, callsMax, state, sessionId, version } = row;
  return sql`
    insert into partner (id, display_name, jwks, scopes, calls_max, state, session_id, version)
    values (${id}, ${displayName}, ${JSON.stringify(jwks)}::jsonb, ${scopes}, ${callsMax}, ${state}, ${sessionId}, ${version})
  `;
}

/** A partner. */
export function selectPartner(id: string): RawBuilder<PartnerRow> {
  return sql<PartnerRow>`select ${PARTNER} from partner where id = ${id}`;
}

/** A partner, locked. */
export function lockPartner(id: string): RawBuilder<PartnerRow> {
  return sql<PartnerRow>`select ${PARTNER} from partner where id = ${id} for update`;
}

/** A partner, which does not change until the transaction ends. */
export function sharePartner(id: string): RawBuilder<PartnerRow> {
  return sql<PartnerRow>`select ${PARTNER} from partner where id = ${id} for share`;
}

/** Partners by their ids, from after one on. */
export function selectPartners(after: string, limit: number): RawBuilder<PartnerRow> {
  return sql<PartnerRow>`select ${PARTNER} from partner where id > ${after} order by id limit ${limit}`;
}

/** Keeps what a partner is now, in the next version. */
export function updatePartner(row: PartnerRow): RawBuilder<unknown> {
  const { id, displayName, jwks, scopes, callsMax, state, sessionId, version } = row;
  return sql`
    update partner set display_name = ${displayName}, jwks = ${JSON.stringify(jwks)}::jsonb, scopes = ${scopes},
      calls_max = ${callsMax}, state = ${state}, session_id = ${sessionId}, version = ${version}
    where id = ${id}
  `;
}

/** Uses something up that is good once; answers nothing when it was before. */
export function spend(id: string, expireTime: Date): RawBuilder<{ id: string }> {
  return sql<{ id: string }>`
    insert into spent_assertion (id, expire_time) values (${id}, ${expireTime})
    on conflict (id) do nothing returning id
  `;
}

/** Whether something was used up. */
export function selectSpent(id: string): RawBuilder<{ id: string }> {
  return sql<{ id: string }>`select id from spent_assertion where id = ${id}`;
}

/** Forgets what would not be good any more anyhow. */
export function deleteSpent(before: Date): RawBuilder<unknown> {
  return sql`delete from spent_assertion where expire_time < ${before}`;
}
