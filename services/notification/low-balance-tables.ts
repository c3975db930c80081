// The statements about which balances customers want to be told of.
import { type RawBuilder, sql } from 'kysely';
import { sqlArray } from '#chassis/sql-array.ts';
import type { Threshold } from './domain/low-balance.ts';

/** A threshold as its row has it: bigint as text. */
export interface ThresholdRow extends Omit<Threshold, 'below'> {
  readonly below: string;
}

const COLUMNS = sql`party_id as "partyId", account_id as "accountId", currency_code as currency, below_minor as below`;

/** What somebody wants to be told of. */
export function selectThresholds(partyId: string): RawBuilder<ThresholdRow> {
  return sql<ThresholdRow>`
    select ${COLUMNS} from low_balance where party_id = ${partyId} order by account_id, currency_code
  `;
}

/** What anybody wants to be told of these accounts. */
export function selectWatched(accountIds: readonly string[]): RawBuilder<ThresholdRow> {
  return sql<ThresholdRow>`
    select ${COLUMNS} from low_balance where account_id = any(${sqlArray(accountIds)}::text[])
    order by account_id, party_id
  `;
}

/** Whether anybody wants to be told of any. */
export function selectAnyThreshold(): RawBuilder<object> {
  return sql<object>`select from low_balance limit 1`;
}

/** Puts others in the place of all that somebody wanted to be told of. */
export function replaceThresholds(partyId: string, rows: readonly ThresholdRow[]): RawBuilder<unknown> {
  const gone = sql`delete from low_balance where party_id = ${partyId}`;
  if (rows.length === 0) return gone;
  const kept = sql.join(rows.map(({ accountId, currency }) => sql`(${accountId}, ${currency})`));
  const put = sql.join(
    rows.map(({ accountId, currency, below }) => sql`(${partyId}, ${accountId}, ${currency}, ${below}::bigint)`),
  );
  return sql`
    with gone as (${gone} and (account_id, currency_code) not in (${kept}))
    insert into low_balance (party_id, account_id, currency_code, below_minor) values ${put}
    on conflict (party_id, account_id, currency_code) do update set below_minor = excluded.below_minor
  `;
}
