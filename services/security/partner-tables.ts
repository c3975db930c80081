// The statements about partners, and about what they have used once.
import { type RawBuilder, sql } from 'kysely';
import { sqlArray } from '#chassis/sql-array.ts';
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

/** A use of a proof that came with a call. */
export interface ProofUseRow {
  readonly digest: Buffer;
  readonly useKey: string;
}

/** Uses proofs up, and answers the uses that were the first of theirs, now or when they were asked for before. */
export function spendProofs(uses: readonly ProofUseRow[]): RawBuilder<ProofUseRow> {
  return sql<ProofUseRow>`
    with used as (${unnested(uses)}), first as (
      insert into spent_proof (digest, use_key) select digest, use_key from used order by digest, no
      on conflict (digest) do nothing returning digest, use_key
    )
    select digest, use_key as "useKey" from first
    union all select digest, use_key from spent_proof join used using (digest, use_key)
  `;
}

/** Those of the uses that would be the first of theirs, without it happening. */
export function selectFirst(uses: readonly ProofUseRow[]): RawBuilder<ProofUseRow> {
  return sql<ProofUseRow>`
    with used as (${unnested(uses)})
    select distinct on (digest) digest, use_key as "useKey" from used
    where not exists (select from spent_proof p where p.digest = used.digest and p.use_key <> used.use_key)
    order by digest, no
  `;
}

function unnested(uses: readonly ProofUseRow[]): RawBuilder<unknown> {
  return sql`
    select digest, use_key, no from unnest(
      ${sqlArray(uses.map(({ digest }) => digest))}::bytea[],
      ${sqlArray(uses.map(({ useKey }) => useKey))}::text[]
    ) with ordinality as u (digest, use_key, no)
  `;
}

/** Forgets proofs, which are fresh for a minute, after three: clocks differ by less. */
export function deleteSpentProofs(): RawBuilder<unknown> {
  return sql`delete from spent_proof where spend_time < now() - interval '3 minutes'`;
}
